import type { Architecture as Data, DrawnEdge, DrawnNode } from '../view/architecture/architecture.ts';
import { formatRoute, type Route } from './route.ts';

interface ArchitectureProps {
  readonly architecture: Data;
  readonly route: Route;
}

/** The platform as one drawing, what is known of the box that is chosen in it, and the same as a table. */
export function Architecture({ architecture: { drawing, reaches }, route }: ArchitectureProps) {
  const chosen = drawing.nodes.find(({ id }) => id === route.detail);
  return (
    <>
      <p class="lead">
        Each line says as whom and how. Choose a box for its identity, its roles and the lines of the spec behind it.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys. */}
      <section class="drawing" aria-label="Drawing" tabIndex={0}>
        <Draw drawing={drawing} route={route} chosen={chosen} />
      </section>
      <section class="facts" aria-live="polite" aria-label="What is chosen">
        {chosen === undefined ? (
          <p class="soft">Nothing is chosen.</p>
        ) : (
          <Facts node={chosen} edges={drawing.edges} nodes={drawing.nodes} />
        )}
      </section>
      <ReachTable reaches={reaches} />
    </>
  );
}

interface DrawProps {
  readonly drawing: Data['drawing'];
  readonly route: Route;
  readonly chosen: DrawnNode | undefined;
}

function Draw({ drawing: { width, height, columns, nodes, edges }, route, chosen }: DrawProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in place of a drawing.
    <svg viewBox={`0 0 ${width} ${height}`} role="group" aria-label="Who reaches what, with which identity">
      {columns.map(({ title, x }) => (
        <text key={title} x={x} y={18} class="column">
          {title}
        </text>
      ))}
      {edges.map((edge) => (
        <Edge
          key={`${edge.from} ${edge.to}`}
          edge={edge}
          lit={chosen !== undefined && [edge.from, edge.to].includes(chosen.id)}
        />
      ))}
      {nodes.map((node) => (
        <a
          key={node.id}
          href={formatRoute({ ...route, detail: node.id })}
          class={`node ${node.kind}`}
          aria-current={node === chosen ? 'true' : undefined}
          aria-label={`${node.title}: ${node.detail}`}
        >
          <rect x={node.x} y={node.y} width={node.width} height={node.height} rx={6} />
          <text x={node.x + 10} y={node.y + 20} class="title">
            {node.shown[0]}
          </text>
          <text x={node.x + 10} y={node.y + 36} class="detail">
            {node.shown[1]}
          </text>
        </a>
      ))}
    </svg>
  );
}

function Edge({ edge: { path, label, identity, how }, lit }: { readonly edge: DrawnEdge; readonly lit: boolean }) {
  const middle = label.x + label.width / 2;
  return (
    <g class={lit ? 'edge lit' : 'edge'}>
      <title>{[identity, how].filter((text) => text !== '').join(': ')}</title>
      <path d={path} />
      <text x={middle} y={label.y - 5} class="identity">
        {label.shown[0]}
      </text>
      <text x={middle} y={label.y + 14}>
        {label.shown[1]}
      </text>
    </g>
  );
}

interface FactsProps {
  readonly node: DrawnNode;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

function Facts({ node, nodes, edges }: FactsProps) {
  const titleOf = (id: string) => nodes.find((other) => other.id === id)?.title ?? id;
  return (
    <>
      <h3>
        {node.title} <span class="soft">{node.detail}</span>
      </h3>
      <dl>
        {node.facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {edges
          .filter(({ from, to }) => from === node.id || to === node.id)
          .map(({ from, to, identity, how }) => (
            <div key={`${from} ${to}`}>
              <dt>{from === node.id ? `To ${titleOf(to)}` : `From ${titleOf(from)}`}</dt>
              <dd>{[identity, how].filter((text) => text !== '').join(' · ')}</dd>
            </div>
          ))}
        <div>
          <dt>Spec</dt>
          <dd>
            {node.lines
              .map(({ path, line, written }) => `${path} (${written ? `line ${line}` : 'not written'})`)
              .join(', ')}
          </dd>
        </div>
      </dl>
    </>
  );
}

function ReachTable({ reaches }: Pick<Data, 'reaches'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section class="scroll" aria-label="Who reaches what, as a table" tabIndex={0}>
      <table>
        <caption>Who reaches what, with which identity</caption>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Database</th>
            <th scope="col">Role</th>
            <th scope="col">Login</th>
            <th scope="col">Google account</th>
            <th scope="col">How</th>
          </tr>
        </thead>
        <tbody>
          {reaches.map(({ who, account, database, login, role, how }) => (
            <tr key={`${who} ${database}`}>
              <th scope="row">{who}</th>
              <td>{database}</td>
              <td>{role}</td>
              <td>{login}</td>
              <td>{account ?? 'none'}</td>
              <td>{how}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
