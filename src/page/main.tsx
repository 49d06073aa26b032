import { render } from 'preact';
import type { ViewDocument } from '../view/document.ts';
import { Page } from './page.tsx';

const data = document.getElementById('document');
const place = document.getElementById('page');
if (data === null || place === null) throw new Error('the page lacks its data or its place');
render(<Page shown={JSON.parse(data.textContent ?? '') as ViewDocument} />, place);
