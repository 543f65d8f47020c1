import type { VNode } from 'preact';
import { Commands, Sign } from './parts.js';
import type { Frame, Screen } from './screen.js';

/** A page that cannot be shown: why, and what to do. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly commands: readonly string[];
  /** It may pass: the browser looks again automatically. */
  readonly passes: boolean;
}

/** A problem that may pass is looked at again after so long. */
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

/** Where a token is typed in. */
export interface LoginForm {
  /** Where it is sent. */
  readonly action: string;
  /** The path a browser goes on to. */
  readonly next: string;
  /** What was typed last was none. */
  readonly wrong: boolean;
}

/** The screen of whoever was not let in yet. */
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
