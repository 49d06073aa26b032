// A process of its own that holds a folder until it is killed.
import { lockFolder } from '../../src/database/lock.ts';

await lockFolder(process.argv[2] ?? '', () => undefined);
process.send?.('held');
setInterval(() => undefined, 1000);
