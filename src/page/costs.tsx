import type { CostDriver, ViewCosts } from '../view/costs/costs.ts';

/** What costs, in what Google bills by; what weighs most first. */
export function Costs({ costs: { drivers, unknown } }: { readonly costs: ViewCosts }) {
  return (
    <>
      <p class="lead">
        What the spec makes that costs, a month of 730 hours. Weights are rough and only order; prices differ by region
        and change: the links lead to Google's.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys. */}
      <section class="scroll" aria-label="What costs, as a table" tabIndex={0}>
        <table>
          <caption>What costs, the heaviest first</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Weight</th>
              <th scope="col">A month</th>
              <th scope="col">Spec</th>
              <th scope="col">What makes it smaller</th>
              <th scope="col">Prices</th>
            </tr>
          </thead>
          <tbody>
            {drivers.map((driver) => (
              <Driver key={driver.what} driver={driver} />
            ))}
          </tbody>
        </table>
      </section>
      <h3>What also costs, as nobody can say before</h3>
      <ul>
        {unknown.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function Driver({ driver: { what, quantities, share, lines, smaller, prices } }: { readonly driver: CostDriver }) {
  const percent = Math.round(share * 100);
  return (
    <tr>
      <th scope="row">{what}</th>
      <td class="share">
        <meter value={percent} max={100} aria-label={`weight of ${what}`} /> {percent < 1 ? '< 1' : percent} %
      </td>
      <td>
        {quantities.length === 0 && 'stopped, or of a size that its name does not say'}
        {quantities.map(({ amount, unit, how }) => (
          <div key={unit}>
            <strong>{amount.toLocaleString('en')}</strong> {unit} <span class="soft">({how})</span>
          </div>
        ))}
      </td>
      <td>
        {lines.map(({ path, line, written }) => (
          <div key={path}>
            {path} <span class="soft">{written ? `line ${line}` : 'default'}</span>
          </div>
        ))}
      </td>
      <td>{smaller}</td>
      <td>
        <a href={prices.url} rel="noreferrer">
          {prices.title}
        </a>
      </td>
    </tr>
  );
}
