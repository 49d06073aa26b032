// A process of its own that says when it was asked to stop, and goes on regardless until it is ended.
import { createContext } from '../../src/cli/process-context.ts';

createContext(process).signal.addEventListener('abort', () => process.send?.('aborted'));
process.send?.('ready');
setInterval(() => undefined, 1000);
