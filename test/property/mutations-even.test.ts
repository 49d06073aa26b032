import { describeMutations } from './describe-mutations.ts';

describeMutations(0);
