-- The web page: who is signed in, and indexes for its lists. Older programs run on beside it.

create table web_session (
    token_digest  text primary key constraint web_session_token_digest_form check (token_digest ~ '^[0-9a-f]{64}$'),
    access_key_id text not null,
    secret_digest text not null constraint web_session_secret_digest_form check (secret_digest ~ '^[0-9a-f]{64}$'),
    created_at    timestamptz not null default now(),
    used_at       timestamptz not null default now()
);
create index web_session_by_use on web_session (used_at);
create index web_session_by_key on web_session (access_key_id);
comment on table web_session is 'Who is signed in to the web page';
comment on column web_session.token_digest is 'SHA-256 of the token in the browser''s cookie, in hexadecimal digits; the token itself is kept nowhere';
comment on column web_session.access_key_id is 'The key that signed in; the session is worth nothing when the key is gone or switched off. No foreign key: keys are in two tables';
comment on column web_session.secret_digest is 'SHA-256 of token and secret together: the session ends when the key gets another secret';
comment on column web_session.created_at is 'When somebody signed in, database time';
comment on column web_session.used_at is 'When it was used last, to the minute; one that nobody uses ends';

-- The newest executions of an account, and the newest of those that did not succeed, which may be far between.
create index execution_by_account on execution (account_id, created_at desc, id desc);
create index execution_by_account_and_trouble on execution (account_id, final_status, created_at desc, id desc)
    where final_status <> 'SUCCESS';
