import type { ComponentChildren, VNode } from 'preact';
import { clockText, durationText } from '../../runs/view/time-text.js';
import type { Point, Standing, Tone } from '../run-standing.js';
import type { Addresses, Frame } from './screen.js';

/** Each tone has its own sign, so that no meaning depends on colour alone. */
const signs: Readonly<Record<Tone, string>> = { asks: '‖', fault: '✗', works: '●', well: '✓', rests: '○' };

export function Sign({ tone }: { readonly tone: Tone }): VNode {
  return (
    <span class={`sign ${tone}`} aria-hidden="true">
      {signs[tone]}
    </span>
  );
}

/** A clock time, with the date where it is not today. */
export function Moment({ iso, frame }: { readonly iso: string; readonly frame: Frame }): VNode {
  return <time datetime={iso}>{clockText(iso, frame.clock.now, frame.clock.timeZone)}</time>;
}

/** A running duration. The browser keeps counting; without scripts it changes at the next reload. */
export function Since({ iso, frame }: { readonly iso: string; readonly frame: Frame }): VNode {
  return (
    <time class="lasts" datetime={iso} data-since={iso}>
      {durationText(frame.clock.now - Date.parse(iso))}
    </time>
  );
}

/** The time left until a moment. */
export function Left({ iso, frame }: { readonly iso: string; readonly frame: Frame }): VNode {
  return (
    <time class="lasts" datetime={iso} data-until={iso}>
      {durationText(Date.parse(iso) - frame.clock.now)}
    </time>
  );
}

/** Commands, one per line, with a copy button where the browser has a clipboard. */
export function Commands({ lines }: { readonly lines: readonly string[] }): VNode | null {
  if (lines.length === 0) return null;
  return (
    <ul class="commands" aria-label="What can be typed">
      {lines.map((line) => (
        <CommandLine key={line} line={line} />
      ))}
    </ul>
  );
}

/** The text after `#` explains the command; a shell ignores it. */
function CommandLine({ line }: { readonly line: string }): VNode {
  const [, command = line, why] = /^(.*?\S)\s+#\s(.*)$/.exec(line) ?? [];
  return (
    <li>
      {why === undefined ? null : <span class="why">{why}</span>}
      <span class="line">
        <code>
          {/* A word is broken only where it is longer than the line: not behind the dashes of an option. */}
          {command.split(' ').map((word, index) => (
            <>
              {index === 0 ? '' : ' '}
              <span>{word}</span>
            </>
          ))}
        </code>
        <button type="button" class="copy" data-copy={command}>
          Copy
        </button>
      </span>
    </li>
  );
}

/** The status, at the top of a screen. */
export function StandingPanel({
  standing,
  frame,
  children,
}: {
  readonly standing: Standing;
  readonly frame: Frame;
  readonly children?: ComponentChildren;
}): VNode {
  const { tone, title, points } = standing;
  return (
    <section class={`standing ${tone}`} aria-labelledby="standing">
      <h2 id="standing">
        <Sign tone={tone} /> {title}
      </h2>
      <Waits standing={standing} frame={frame} />
      {children}
      <ul class="points">
        {points.map((point) => (
          <PointItem point={point} frame={frame} />
        ))}
      </ul>
    </section>
  );
}

/** How long it has waited for a person, and how long it still will. */
export function Waits({
  standing,
  frame,
}: {
  readonly standing: Standing;
  readonly frame: Frame;
}): VNode | null {
  const { since, until } = standing;
  if (since === undefined) return null;
  const left = until !== undefined && Date.parse(until) > frame.clock.now;
  return (
    <p class="until">
      for <Since iso={since} frame={frame} />
      {left ? (
        <>
          , <Left iso={until} frame={frame} /> left
        </>
      ) : null}
      {until !== undefined && !left ? ', longer than it may' : null}
    </p>
  );
}

export function PointItem({ point, frame }: { readonly point: Point; readonly frame: Frame }): VNode {
  const { about, step, since, text, commands, tone } = point;
  return (
    <li class={tone}>
      {about === '' && since === undefined ? null : (
        <p class="about">
          {about === '' ? null : <strong>{about}</strong>}
          {step === undefined ? null : <span class="step">{step}</span>}
          {since === undefined ? null : (
            <span class="muted">
              for <Since iso={since} frame={frame} />
            </span>
          )}
        </p>
      )}
      {text === '' ? null : <p>{text}</p>}
      <Commands lines={commands} />
    </li>
  );
}

/** A link to the workflow in Temporal's Web UI; empty where the address is not known. */
export function WebUiLink({
  at,
  workflowId,
  children,
}: {
  readonly at: Addresses;
  readonly workflowId: string;
  readonly children: ComponentChildren;
}): VNode | null {
  const href = at.webUi(workflowId);
  return href === undefined ? null : (
    <a class="away" href={href} rel="noreferrer">
      {children}
    </a>
  );
}
