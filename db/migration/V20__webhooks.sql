-- Webhooks: where an account wants its events sent, and each event that was or is to be sent. A trigger writes the
-- deliveries with the event itself, so that none is lost or invented whoever writes it: older programs run on beside this.

create table webhook (
    id         text primary key constraint webhook_id_form check (id ~ '^wh-[a-z0-9]{20}$'),
    account_id bigint not null references account,
    url        text not null,
    secret     bytea not null,
    created_at timestamptz not null default now()
);
create index webhook_by_account on webhook (account_id);
comment on table webhook is 'Where an account wants to be told of its executions';
comment on column webhook.id is 'Id';
comment on column webhook.account_id is 'Owner: events of its executions are sent';
comment on column webhook.url is 'Where they are posted to';
comment on column webhook.secret is 'What they are signed with, sealed by kiln.secrets-key';
comment on column webhook.created_at is 'When it was made';

create table webhook_delivery (
    id           bigint generated always as identity primary key,
    webhook_id   text not null,
    execution_id text,
    sequence     integer not null,
    event        jsonb not null,
    state        text not null default 'PENDING' constraint webhook_delivery_state_known
                     check (state in ('PENDING', 'DELIVERED', 'FAILED')),
    attempts     integer not null default 0,
    next_try_at  timestamptz not null default now(),
    answer       integer,
    trouble      text not null default '',
    created_at   timestamptz not null default now(),
    ended_at     timestamptz,
    constraint webhook_delivery_ended_exactly_when_final check ((ended_at is not null) = (state <> 'PENDING'))
);
create index webhook_delivery_due on webhook_delivery (next_try_at) where state = 'PENDING';
create index webhook_delivery_line on webhook_delivery (webhook_id, execution_id, sequence) where state = 'PENDING';
create index webhook_delivery_log on webhook_delivery (webhook_id, id desc);
create index webhook_delivery_ended on webhook_delivery (ended_at) where ended_at is not null;
comment on table webhook_delivery is 'One event for one webhook; kept for a while after its end as the log of deliveries';
comment on column webhook_delivery.id is 'Names the message to the receiver, the same in every try';
comment on column webhook_delivery.webhook_id is 'No foreign key: an event does not wait for somebody who deletes a webhook';
comment on column webhook_delivery.execution_id is 'Whose event; null for a test';
comment on column webhook_delivery.sequence is 'The event''s: those of one execution are sent in this order, each after the end of the one before';
comment on column webhook_delivery.event is 'The event''s row, which may be gone before it is sent';
comment on column webhook_delivery.state is 'PENDING: to be sent; DELIVERED: the receiver took it; FAILED: given up';
comment on column webhook_delivery.attempts is 'How often it was sent: the fence, named in the write of each result';
comment on column webhook_delivery.next_try_at is 'Not sent before; while it is sent, when others may take it for abandoned';
comment on column webhook_delivery.answer is 'HTTP status of the last answer, or null';
comment on column webhook_delivery.trouble is 'Why the last try failed, else empty';
comment on column webhook_delivery.created_at is 'When the event happened';
comment on column webhook_delivery.ended_at is 'When it was delivered or given up';

create function tell_webhooks() returns trigger language plpgsql as $$
begin
    insert into webhook_delivery (webhook_id, execution_id, sequence, event)
    select w.id, a.execution_id, a.sequence, to_jsonb(a)
      from added a join webhook w on w.account_id = a.account_id;
    return null;
end $$;
create trigger execution_event_is_told after insert on execution_event referencing new table as added
    for each statement execute function tell_webhooks();
