-- What lists of a long history need: how many executions ended in which status, and an index by that status. A trigger
-- counts, so that it is right whoever writes: older programs run on beside this.

-- An index on status itself would have to be written at every change of status (the row would never stay on its page);
-- this changes once, at the end, when finished_at is in indexes anyway.
alter table execution add column final_status text
    generated always as (case when finished_at is not null then status end) stored;
-- Template and status are one value, so that no other index fits a search by both: the planner, which does not know how
-- rare a status is in a template's history, would take the one by template alone and walk along all of it.
create index execution_by_final_status on execution ((template_id || ' ' || final_status), created_at desc, id desc)
    where final_status is not null;
comment on column execution.final_status is 'Status if it is final, else null';

create table execution_count (
    template_id  text not null references template on delete cascade,
    final_status text not null,
    executions   integer not null,
    primary key (template_id, final_status)
) with (fillfactor = 50);
comment on table execution_count is 'How many executions of a template ended in each status; those that have not ended, at most one, are not counted here';
comment on column execution_count.template_id is 'Whose executions';
comment on column execution_count.final_status is 'As in execution';
comment on column execution_count.executions is 'How many there are, kept by the triggers on execution';

create function count_execution() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.final_status is not null then
        update execution_count set executions = executions - 1
         where template_id = old.template_id and final_status = old.final_status;
    end if;
    if new.final_status is not null then
        insert into execution_count (template_id, final_status, executions)
        values (new.template_id, new.final_status, 1)
        on conflict (template_id, final_status) do update set executions = execution_count.executions + 1;
    end if;
    return null;
end $$;
create trigger execution_ends_or_is_opened_again after update on execution for each row
    when (old.final_status is distinct from new.final_status) execute function count_execution();
create trigger execution_begins_ended after insert on execution for each row
    when (new.final_status is not null) execute function count_execution();

create function count_deleted_executions() returns trigger language plpgsql as $$
begin
    update execution_count c set executions = c.executions - d.executions
      from (select template_id, final_status, count(*) as executions
              from deleted where final_status is not null group by template_id, final_status) d
     where c.template_id = d.template_id and c.final_status = d.final_status;
    return null;
end $$;
create trigger execution_is_deleted after delete on execution referencing old table as deleted
    for each statement execute function count_deleted_executions();

insert into execution_count (template_id, final_status, executions)
select template_id, final_status, count(*) from execution where final_status is not null group by template_id, final_status;
