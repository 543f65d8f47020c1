import { z } from 'zod';
import type { Need } from './permissions.js';
import { notFound } from './refusal.js';
import { numberIn, read, type AskedOfRepository, type RepositoryRoutes } from './route.js';
import { timeOf, type Shape } from './shapes.js';
import type { Hook, HookDelivery } from './webhooks.js';

const SEE: Need = { role: 'admin', app: ['repository_hooks:read'] };
const CHANGE: Need = { role: 'admin', app: ['repository_hooks:write'] };

const NewHook = z.object({
  events: z.array(z.string()).default(['push']),
  config: z.object({
    url: z.url({ protocol: /^http$/, error: 'the fake GitHub of the lab sends to http addresses only' }),
    secret: z.string().default(''),
    content_type: z.literal('json'),
  }),
});

/** Webhooks and their deliveries: https://docs.github.com/en/rest/repos/webhooks */
export const hookRoutes: RepositoryRoutes = {
  'GET /hooks': {
    needs: SEE,
    answer: ({ hooks, repository }) => ({ list: hooks.of(repository).map(hookShape) }),
  },
  'POST /hooks': {
    needs: CHANGE,
    answer: ({ hooks, repository, body }) => {
      const { events, config } = read(NewHook, body);
      const hook = hooks.add({ repository, events, url: config.url, secret: config.secret });
      return { status: 201, body: hookShape(hook) };
    },
  },
  'DELETE /hooks/:id': {
    needs: CHANGE,
    answer: (asked) => {
      asked.hooks.remove(hookIn(asked));
      return { status: 204 };
    },
  },
  'GET /hooks/:id/deliveries': {
    needs: SEE,
    answer: (asked) => ({
      list: asked.hooks
        .deliveries(hookIn(asked))
        .toReversed()
        .map((delivery) => summary(asked, delivery)),
    }),
  },
  'GET /hooks/:id/deliveries/:delivery': {
    needs: SEE,
    answer: (asked) => {
      const delivery = deliveryIn(asked);
      return {
        body: {
          ...summary(asked, delivery),
          url: hookIn(asked).url,
          request: { headers: delivery.headers, payload: JSON.parse(delivery.payload) as unknown },
          response: { headers: {}, payload: delivery.answer },
        },
      };
    },
  },
  'POST /hooks/:id/deliveries/:delivery/attempts': {
    needs: CHANGE,
    answer: (asked) => {
      asked.hooks.redeliver(deliveryIn(asked).id);
      return { status: 202, body: {} };
    },
  },
};

function hookIn(asked: AskedOfRepository): Hook {
  return asked.hooks.hook(asked.repository, numberIn(asked, 'id'));
}

function deliveryIn(asked: AskedOfRepository): HookDelivery {
  const id = numberIn(asked, 'delivery');
  return asked.hooks.deliveries(hookIn(asked)).find((delivery) => delivery.id === id) ?? notFound();
}

/** The secret is never shown again. */
function hookShape(hook: Hook): Shape {
  const url = `${hook.repository.api}/hooks/${hook.id}`;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: true,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: 'json',
      insecure_ssl: '0',
      ...(hook.secret === '' ? {} : { secret: '********' }),
    },
    updated_at: timeOf(hook.createdAt),
    created_at: timeOf(hook.createdAt),
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: 'unused', message: null },
  };
}

function summary({ repository }: AskedOfRepository, delivery: HookDelivery): Shape {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: timeOf(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.seconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: repository.id,
    throttled_at: null,
  };
}
