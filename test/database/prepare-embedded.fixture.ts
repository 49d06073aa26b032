// A process of its own that makes an embedded database from the template, and reports to its parent.
import { openEmbedded } from '../../src/database/embedded.ts';
import { createDataFolder } from '../../src/database/template.ts';

const [folder = '', cacheFolder = ''] = process.argv.slice(2);
const tell = (message: string) => process.send?.(message);
const onWait = (holder: string) => void tell(`waits for ${holder}`);
const prepare = async (session: { run(script: string): Promise<void> }) => {
  tell('prepares');
  await session.run('CREATE TABLE prepared AS SELECT 42 AS answer');
};
const create = (dataFolder: string) => createDataFolder(dataFolder, { cacheFolder, key: 'shared', prepare, onWait });
const database = await openEmbedded(folder, { onWait, create });
const [row] = await database.session((session) => session.query<{ answer: number }>('SELECT answer FROM prepared'));
tell(`answer ${row?.answer}`);
await database.close();
process.disconnect();
