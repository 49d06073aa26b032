import { describeMutations } from './describe-mutations.ts';

describeMutations(1);
