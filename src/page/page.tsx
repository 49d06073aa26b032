import type { ViewDocument, ViewEnvironment } from '../view/document.ts';
import { type Section, useRoute } from './route.ts';
import { SwitchEnvironment } from './switch-environment.tsx';
import { SwitchTheme } from './theme.tsx';

/** The whole page: which platform this is, its environments, and one section of what is known of it. */
export function Page({ shown }: { readonly shown: ViewDocument }) {
  const [route, go] = useRoute(shown.environments.map(({ name }) => name));
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
        <SwitchEnvironment names={shown.environments.map(({ name }) => name)} chosen={environment.name} onChoose={go} />
        <SwitchTheme />
      </header>
      <main id="main" tabIndex={-1}>
        <ShowSection section={route.section} environment={environment} />
      </main>
      <footer>
        Made {shown.made.slice(0, 16).replace('T', ' ')} UTC from {shown.spec.path} by platform {shown.compiler}. It
        shows what was then, and asks nobody anything.
      </footer>
    </>
  );
}

interface ShowProps {
  readonly section: Section;
  readonly environment: ViewEnvironment;
}

function ShowSection({ section, environment }: ShowProps) {
  switch (section) {
    case 'architecture':
      return <h2>{environment.prefix}</h2>;
    default:
      return section satisfies never;
  }
}
