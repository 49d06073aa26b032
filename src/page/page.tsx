import type { ViewDocument, ViewEnvironment } from '../view/document.ts';
import { Architecture } from './architecture.tsx';
import { Artifacts } from './artifacts.tsx';
import { Changes } from './changes.tsx';
import { Costs } from './costs.tsx';
import { Items } from './items/items.tsx';
import { formatRoute, type Route, type Section, sections, useRoute } from './route.ts';
import { Runs } from './runs/runs.tsx';
import { SwitchEnvironment } from './switch-environment.tsx';
import { SwitchTheme } from './theme.tsx';

const titles: Readonly<Record<Section, string>> = {
  architecture: 'Architecture',
  artifacts: 'Files',
  changes: 'Changes',
  costs: 'Costs',
  items: 'Items',
  runs: 'Runs',
};

/** The whole page: which platform this is, its environments, and one section of what is known of it. */
export function Page({ shown }: { readonly shown: ViewDocument }) {
  const names = shown.environments.map(({ name }) => name);
  const [route, go] = useRoute(names);
  const environment = shown.environments.find(({ name }) => name === route.environment);
  if (environment === undefined) return null;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="who">
          <h1>{shown.name}</h1>
          <p>
            {environment.project} · {environment.region}
          </p>
        </div>
        <SwitchEnvironment names={names} chosen={environment.name} onChoose={go} />
        <SwitchTheme />
      </header>
      <nav aria-label="Sections">
        {sections.map((section) => (
          <a
            key={section}
            href={formatRoute({ ...route, section, detail: '' })}
            aria-current={section === route.section ? 'page' : undefined}
          >
            {titles[section]}
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <h2>{titles[route.section]}</h2>
        <ShowSection key={environment.name} route={route} shown={shown} environment={environment} />
      </main>
      <footer>
        Made {shown.made.slice(0, 16).replace('T', ' ')} UTC from {shown.spec.path} by platform {shown.compiler}. It
        shows what was then, and asks nobody anything.
      </footer>
    </>
  );
}

interface ShowProps {
  readonly route: Route;
  readonly shown: ViewDocument;
  readonly environment: ViewEnvironment;
}

function ShowSection({ route, shown, environment }: ShowProps) {
  switch (route.section) {
    case 'architecture':
      return <Architecture architecture={environment.architecture} route={route} />;
    case 'artifacts':
      return <Artifacts artifacts={environment.artifacts} spec={shown.spec} />;
    case 'changes':
      return <Changes changes={environment.changes} gone={shown.gone} />;
    case 'costs':
      return <Costs costs={environment.costs} />;
    case 'items':
      return <Items data={environment.ingested} />;
    case 'runs':
      return <Runs data={environment.ingested} />;
    default:
      return route.section satisfies never;
  }
}
