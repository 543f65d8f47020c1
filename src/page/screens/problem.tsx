import type { VNode } from 'preact';
import { Commands, Sign } from './parts.js';
import type { Frame, Screen } from './screen.js';

/** A page that cannot be shown: why, and what to do. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly commands: readonly string[];
  /** It may pass: the browser reloads automatically. */
  readonly passes: boolean;
}

/** Seconds until the browser reloads a problem that may pass. */
const againSeconds = 5;

/** A problem as a screen of its own. */
export function problemScreen({ title, text, commands, passes }: Problem, frame: Frame): Screen {
  return {
    title,
    tone: 'fault',
    announce: title,
    live: false,
    ...(passes ? { again: againSeconds } : {}),
    crumbs: [{ text: 'Clusters', href: frame.at.home() }],
    body: (
      <>
        <h1>{title}</h1>
        <section class="standing fault" aria-label="What is wrong">
          <p>
            <Sign tone="fault" /> {text}
          </p>
          <Commands lines={commands} />
        </section>
      </>
    ),
  };
}

/** The login form. */
export interface LoginForm {
  /** Where the form is sent. */
  readonly action: string;
  /** The path that a browser is redirected to. */
  readonly next: string;
  /** The last token was wrong. */
  readonly wrong: boolean;
}

/** The screen for a browser that is not logged in. */
export function loginScreen(form: LoginForm, frame: Frame): Screen {
  const { wrong } = form;
  return {
    title: 'Log in',
    tone: wrong ? 'fault' : 'rests',
    announce: wrong ? 'That was no token of this page' : '',
    live: false,
    crumbs: [{ text: 'Log in', href: frame.at.home() }],
    body: <Login form={form} />,
  };
}

function Login({ form: { action, next, wrong } }: { readonly form: LoginForm }): VNode {
  return (
    <form class="login" method="post" action={action}>
      <h1>Log in</h1>
      <input type="hidden" name="next" value={next} />
      {wrong ? (
        <p id="wrong" class="warning">
          <Sign tone="fault" /> That was no token of this page.
        </p>
      ) : null}
      <label for="token">The page’s token, as its settings name it</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        required
        autofocus
        aria-describedby={wrong ? 'wrong' : undefined}
      />
      <button type="submit">Log in</button>
    </form>
  );
}
