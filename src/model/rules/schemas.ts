import type { Finding, RuleInput } from './rule.ts';

/** A folder of JSON Schemas is read where items are judged by them, and by a pod only from its image. */
export function checkSchemas({ value }: RuleInput): readonly Finding[] {
  const runsInPods = value.kubernetes !== undefined && value.metaflow !== undefined;
  return Object.entries(value.pipelines ?? {}).flatMap(([name, { judge, schemas, source, schedule }]): Finding[] => {
    if (schemas === undefined) return [];
    const place = { code: 'PF285', severity: 'warning', at: ['pipelines', name, 'schemas'] } as const;
    if (judge !== 'full')
      return [
        {
          ...place,
          onKey: true,
          message: 'schemas are read where items are judged by them, and judge is structure',
          hint: 'write judge: full beside it, or remove it',
        },
      ];
    if (schemas.startsWith('/') || !runsInPods || schedule === undefined || source.files !== undefined) return [];
    return [
      {
        ...place,
        message: `a pod has no folder ${JSON.stringify(schemas)}: it has the spec, and none of the files beside it`,
        hint: 'put the folder into the runner’s image and write its path there, or leave it out: schemas are fetched',
      },
    ];
  });
}
