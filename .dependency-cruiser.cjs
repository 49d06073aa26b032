// The room table of the design, held by `npm run verify`: data flows one way and imports point one way.

/**
 * What a room (a folder of src/) may import besides itself: other rooms, npm packages, and those of Node's modules that
 * touch the world (disk, network, processes). Node's pure modules (crypto, path, stream …) are everybody's. picocolors
 * is for the two rooms that format: whether there is colour comes as an argument.
 */
const rooms = {
  diagnostic: { rooms: [], packages: ['picocolors', '@types/sarif'], world: [] },
  yaml: { rooms: [], packages: [], world: [] },
  print: { rooms: ['yaml'], packages: [], world: [] },
  artifact: { rooms: [], packages: [], world: ['fs'] },
  spec: { rooms: ['diagnostic', 'yaml'], packages: ['yaml', 'ajv', 'ajv-formats'], world: [] },
  model: { rooms: ['spec', 'diagnostic'], packages: [], world: [] },
  emit: { rooms: ['model', 'print', 'artifact'], packages: [], world: [] },
  trace: { rooms: ['spec', 'model', 'emit', 'artifact', 'diagnostic'], packages: [], world: [] },
  diff: { rooms: ['model'], packages: ['picocolors'], world: [] },
  database: {
    rooms: ['model'],
    packages: ['pg', '@electric-sql/pglite', '@electric-sql/pglite-postgis', 'fflate'],
    world: ['fs', 'net', 'os', 'tls'],
  },
  ingest: { rooms: ['model', 'database'], packages: ['ajv', 'ajv-formats'], world: [] },
  // Of the package its types only: what is asked of the network is a port.
  live: { rooms: ['model', 'diff'], packages: ['@google-cloud/sql'], world: [] },
  view: { rooms: ['spec', 'model', 'emit', 'artifact', 'trace', 'diff'], packages: [], world: [] },
  // What runs in a browser: its packages are bundled into it.
  page: { rooms: ['view'], packages: ['preact', 'd3-geo', 'd3-scale', 'topojson-client', 'world-atlas', '@types/(d3-[a-z]+|topojson-[a-z]+)'], world: [] },
};

const world = [
  ...['child_process', 'cluster', 'dgram', 'dns', 'fs', 'http', 'http2', 'https', 'inspector', 'module', 'net', 'os'],
  ...['process', 'readline', 'repl', 'sqlite', 'tls', 'tty', 'v8', 'vm', 'wasi', 'worker_threads'],
];

/** What reads rare YAML, what writes into a spec, and what explains mistakes. */
const slow = '^src/(spec/(parse|find-mistakes|draft|edit|check-[a-z]+)|ingest/schema/compile-schema|cli/commands/(keep-running|adopt))\\.ts$';

const oneOf = (names) => `(${names.join('|')})`;

function holdRoom([room, may]) {
  const from = { path: `^src/${room}/` };
  const forbiddenWorld = world.filter((name) => !may.world.includes(name));
  return [
    {
      name: `${room}-rooms`,
      comment: `${room}/ imports ${may.rooms.join(', ') || 'no other room'}.`,
      severity: 'error',
      from,
      to: { path: '^src/', pathNot: `^src/${oneOf([room, ...may.rooms])}/` },
    },
    {
      name: `${room}-packages`,
      comment: `${room}/ imports ${may.packages.join(', ') || 'no package'}.`,
      severity: 'error',
      from,
      to: { path: 'node_modules/', pathNot: may.packages.map((name) => `node_modules/${name}/`) },
    },
    {
      name: `${room}-world`,
      comment: `${room}/ reaches ${may.world.join(', ') || 'nothing'} of the world; cli/ gives it the rest.`,
      severity: 'error',
      from,
      to: { dependencyTypes: ['core'], path: `^(node:)?${oneOf(forbiddenWorld)}(/|$)` },
    },
  ];
}

module.exports = {
  forbidden: [
    ...Object.entries(rooms).flatMap(holdRoom),
    {
      name: 'known-rooms',
      comment: 'A folder of src/ that is not in the table above: add it there, and to the design.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/${oneOf([...Object.keys(rooms), 'cli'])}/` },
      to: {},
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'compiler-is-pure',
      comment: 'compile.ts and index.ts are for other programs too: they reach no world and no runtime room.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: [`^(node:)?${oneOf(world)}(/|$)`, `^src/${oneOf(['database', 'ingest', 'live'])}/`] },
    },
    {
      name: 'only-print-makes-fragments',
      comment: 'What reaches an artifact was quoted by the printer of its language.',
      severity: 'error',
      from: { pathNot: '^src/print/' },
      to: { path: '^src/print/make-fragment\\.ts$' },
    },
    {
      name: 'slow-libraries-load-late',
      comment: 'yaml and ajv take longer to load than a compile may: what needs them is imported only when it is needed.',
      severity: 'error',
      from: { path: '^src/', pathNot: slow },
      to: { path: ['node_modules/(yaml|ajv)/', slow], dynamic: false },
    },
    {
      name: 'nobody-imports-page',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/page/' },
      to: { path: '^src/page/' },
    },
    {
      name: 'page-knows-types',
      comment: 'The page gets its data as JSON: of what makes it, it imports types only.',
      severity: 'error',
      from: { path: '^src/page/' },
      to: { path: '^src/view/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-packages',
      comment: 'The package is installed without devDependencies.',
      severity: 'error',
      from: { pathNot: '^src/page/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
