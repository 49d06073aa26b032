import type { Setting } from '../../model/platform.ts';
import { hclComment } from '../../print/hcl.ts';
import type { HclView } from './common.ts';

/** A check of checkov that looks at one database flag. */
interface FlagCheck {
  readonly id: string;
  readonly flag: string;
  readonly passes: (value: string | undefined) => boolean;
}

const one =
  (...values: readonly string[]) =>
  (value: string | undefined) =>
    value !== undefined && values.includes(value);
const unsetOr = (passes: FlagCheck['passes']) => (value: string | undefined) => value === undefined || passes(value);
const not = (refused: string) => (value: string | undefined) => value !== refused;

const levels = ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'info', 'notice', 'warning', 'error'];

/** Source: checkov 3.3.30, terraform/checks (resource/gcp/GoogleCloudPostgreSql*.py, graph_checks/gcp/GCPPostgreSQL*). */
const checks: readonly FlagCheck[] = [
  { id: 'CKV_GCP_51', flag: 'log_checkpoints', passes: one('on') },
  { id: 'CKV_GCP_52', flag: 'log_connections', passes: one('on') },
  { id: 'CKV_GCP_53', flag: 'log_disconnections', passes: one('on') },
  { id: 'CKV_GCP_54', flag: 'log_lock_waits', passes: one('on') },
  { id: 'CKV_GCP_55', flag: 'log_min_messages', passes: unsetOr(one(...levels, 'log', 'fatal', 'panic')) },
  { id: 'CKV_GCP_56', flag: 'log_temp_files', passes: unsetOr(one('0')) },
  { id: 'CKV_GCP_57', flag: 'log_min_duration_statement', passes: unsetOr(one('-1')) },
  { id: 'CKV_GCP_109', flag: 'log_min_error_statement', passes: one(...levels) },
  { id: 'CKV_GCP_111', flag: 'log_statement', passes: one('ddl', 'mod', 'all') },
  { id: 'CKV2_GCP_14', flag: 'log_executor_stats', passes: not('on') },
  { id: 'CKV2_GCP_15', flag: 'log_parser_stats', passes: not('on') },
  { id: 'CKV2_GCP_16', flag: 'log_planner_stats', passes: not('on') },
  { id: 'CKV2_GCP_17', flag: 'log_statement_stats', passes: not('on') },
];

/**
 * What checkov is told of an instance's flags: those that the platform leaves out for a reason of its own, which the
 * template says, and those that the spec sets as checkov would not. A flag that passes needs no word.
 */
export function viewFlagChecks(flags: readonly Setting[]): HclView {
  const findValue = (name: string) => flags.find((flag) => flag.name === name)?.value;
  return {
    noHostnames: findValue('log_hostname') !== 'on',
    noAudit: findValue('cloudsql.enable_pgaudit') !== 'on',
    noDurations: findValue('log_duration') !== 'on',
    asked: checks
      .filter(({ flag, passes }) => !passes(findValue(flag)))
      .map(({ id, flag }) => ({ id: hclComment(id), flag: hclComment(flag) })),
  };
}
