-- Webhooks that are told of one template alone. A column without a default: older programs make webhooks of all, and
-- whoever writes an event, the trigger chooses who is told.

alter table webhook add column template_id text references template on delete cascade;
create index webhook_by_template on webhook (template_id) where template_id is not null;
comment on column webhook.template_id is 'The template whose executions alone it is told of; it goes with the template. Null: all of the account''s';

create or replace function tell_webhooks() returns trigger language plpgsql as $$
begin
    insert into webhook_delivery (webhook_id, execution_id, sequence, event)
    select w.id, a.execution_id, a.sequence, to_jsonb(a)
      from added a join webhook w on w.account_id = a.account_id
     where w.template_id is null or w.template_id = a.template_id;
    return null;
end $$;
