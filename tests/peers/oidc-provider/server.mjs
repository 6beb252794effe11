// A certified OpenID provider (oidc-provider, MIT) with one confidential client and a few invented people.
//
// Claims come as the standard has them: in the code flow roles and units are told at the userinfo endpoint, not in the ID
// token, unless the setting "claimsInToken" says otherwise. PKCE is required. There is a sign-in page of its own, and no
// consent page: an authority's provider does not ask its own staff.
//
// Started with one argument, JSON: {"redirect": "http://...", "afterLogout": "http://...", "secret": "...", "claimsInToken": false}. Says
// "issuer http://localhost:PORT" on its first line. A line "rotate" on stdin changes its keys, and it says "rotated".

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);

const PEOPLE = {
  pia: { password: 'fordel-123', roles: ['modtag-postfordeler', 'andet'], enheder: ['park'], email: 'pia@kommune.example' },
  kim: { password: 'sag-123', roles: ['modtag-sagsbehandler'], enheder: ['boern'], email: 'kim@kommune.example' },
  nils: { password: 'uden-rolle', roles: ['andet'], enheder: [], email: 'nils@kommune.example' },
};

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() };
}

// The user id is not the name that people sign in with, as at most providers.
const subjectOf = (name) => `person-${name}`;
const nameOf = (subject) => subject.replace(/^person-/, '');

function configuration(key) {
  return {
    jwks: { keys: [key] },
    clients: [{
      client_id: 'modtag',
      client_secret: settings.secret,
      redirect_uris: [settings.redirect],
      post_logout_redirect_uris: [settings.afterLogout],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
    }],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email'],
    claims: {
      openid: ['sub'],
      profile: ['preferred_username', 'realm_access', 'enheder'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: !settings.claimsInToken,
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, subject) => ({
      accountId: subject,
      claims: () => {
        const person = PEOPLE[nameOf(subject)];
        return {
          sub: subject,
          preferred_username: nameOf(subject),
          realm_access: { roles: person.roles },
          enheder: person.enheder,
          email: person.email,
          email_verified: true,
        };
      },
    }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 300, Interaction: 300, Session: 3600, Grant: 3600 },
  };
}

const page = (uid, said) => `<!doctype html><html lang="da"><meta charset="utf-8"><title>Udbyderen</title>
<p id="said">${said}</p>
<form method="post" action="/interaction/${uid}">
<label>Navn <input name="name"></label> <label>Adgangskode <input name="password" type="password"></label>
<button>Log ind</button></form></html>`;

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

async function interact(provider, request, response) {
  const uid = request.url.split('/')[2].replace(/[^A-Za-z0-9_-]/g, '');
  const show = (said) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(uid, said));
  };
  if (request.method !== 'POST') return show('');
  const form = await bodyOf(request);
  const person = PEOPLE[form.get('name')];
  if (!person || person.password !== form.get('password')) return show('Forkert navn eller adgangskode.');
  const login = { accountId: subjectOf(form.get('name')) };
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://localhost:${server.address().port}`;
  let provider;
  let answer;
  const begin = () => {
    provider = new Provider(issuer, configuration(newKey()));
    answer = provider.callback();
  };
  begin();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(provider, request, response).catch((error) => {
      response.statusCode = 400;
      response.end(String(error));
    });
  });
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'rotate') {
      begin();
      console.log('rotated');
    }
  }).on('close', () => process.exit(0));
  console.log(`issuer ${issuer}`);
});
