package dev.kiln.execution;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import java.sql.Types;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Re-opens executions that ended with failed targets. */
final class Reopening {

    private static final String RETRY = """
                with held as (
                    -- Who deletes one of the two looks for running executions under a lock on it, and so sees this one.
                    select e.id
                      from execution e
                      join template t on t.id = e.template_id
                      join image_copy h on h.id = e.image_id and h.execution_id = e.id and h.state = 'COPIED'
                     where e.id = :id and e.account_id = :account
                       for key share of t, h),
                reopened as (
                    update execution
                       set status = 'DISTRIBUTING', finished_at = null, error_code = '',
                           error_info = '', message = case when :region::text is null
                               then 'failed targets are tried again'
                               else 'the target ' || :region || ' is tried again' end,
                           -- Whoever still does what the attempt before began writes nothing any more.
                           attempt = attempt + 1, version = version + 1, modified_at = now()
                     where id in (select id from held) and status = 'PARTITION_SUCCESS'
                       and (:region::text is null or exists (
                           select from image_copy c left join image_share s on s.image_id = c.id
                            where c.execution_id = execution.id and c.region_id = :region
                              and 'FAILED' in (c.state, s.state)))
                    returning *),
                copies as (
                    update image_copy c set state = 'PENDING', attempts = 0, error_code = '', error_info = ''
                      from reopened r
                     where c.execution_id = r.id and c.state = 'FAILED'
                       and c.region_id = coalesce(:region, c.region_id)),
                shares as (
                    update image_share s set state = 'PENDING', error_code = '', error_info = ''
                      from reopened r join image_copy c on c.execution_id = r.id
                     where s.image_id = c.id and s.state = 'FAILED'
                       and c.region_id = coalesce(:region, c.region_id))
                insert into execution_event
                       (execution_id, template_id, account_id, sequence, from_status, to_status, attempt, message, rings)
                select id, template_id, account_id, version, 'PARTITION_SUCCESS', status, attempt, message, true
                  from reopened
                """;

    private final JdbcClient jdbc;

    Reopening(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    RetryAnswer of(ExecutionId id, AccountId account, Optional<RegionId> region) {
        try {
            var moved = jdbc.sql(RETRY)
                    .param("id", id.value())
                    .param("account", account.value())
                    .param("region", region.map(RegionId::value).orElse(null), Types.VARCHAR)
                    .update();
            return moved == 1 ? RetryAnswer.ACCEPTED : whyNot(id, account);
        } catch (DuplicateKeyException e) {
            return RetryAnswer.OTHER_RUNNING;
        }
    }

    private RetryAnswer whyNot(ExecutionId id, AccountId account) {
        return jdbc.sql("""
                        select case
                            when e.finished_at is null then 'NOT_FINISHED'
                            when e.status = 'PARTITION_SUCCESS' and not exists (
                                select from image_copy h
                                 where h.id = e.image_id and h.execution_id = e.id and h.state = 'COPIED')
                            then 'IMAGE_GONE'
                            else 'NOTHING_FAILED' end
                          from execution e where e.id = :id and e.account_id = :account
                        """)
                .param("id", id.value())
                .param("account", account.value())
                .query(String.class)
                .optional()
                .map(RetryAnswer::valueOf)
                .orElse(RetryAnswer.NOT_FOUND);
    }
}
