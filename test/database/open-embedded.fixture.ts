// A process of its own that opens an embedded folder and reports to its parent.
import { openEmbedded } from '../../src/database/embedded.ts';

const database = await openEmbedded(process.argv[2] ?? '', {
  onWait: (holder) => process.send?.(`waits for ${holder}`),
});
const [row] = await database.session((session) => session.query<{ answer: number }>('SELECT answer FROM t'));
process.send?.(`answer ${row?.answer}`);
await database.close();
process.disconnect();
