import { expect, test } from '@jest/globals';
import { postmasterFlags } from '../../src/diff/rules/flags.ts';
import { describeWith } from '../support/needs.ts';
import { startPostgres } from '../support/postgres.ts';

/** Of the server's own files, addresses and recovery: nothing that Cloud SQL would let one set. */
const notOffered =
  /^(archive_mode|bonjour|bonjour_name|cluster_name|config_file|data_directory|data_sync_retry|dynamic_shared_memory_type|event_source|external_pid_file|hba_file|hot_standby|huge_page_size|ident_file|ignore_invalid_pages|jit_provider|listen_addresses|logging_collector|port|recovery_target.*|shared_memory_type|shared_preload_libraries|unix_socket_.*|wal_decode_buffer_size|wal_log_hints)$/;

describeWith(['postgres15'], 'flags that restart the instance', () => {
  test('are those that PostgreSQL 15 reads only when it starts', async () => {
    const server = await startPostgres();
    const settings = await server.psql("SELECT name FROM pg_settings WHERE context = 'postmaster' ORDER BY name");
    await server.stop();
    const wanted = settings.split('\n').filter((name) => !notOffered.test(name));
    expect(postmasterFlags).toEqual(wanted);
  });
});
