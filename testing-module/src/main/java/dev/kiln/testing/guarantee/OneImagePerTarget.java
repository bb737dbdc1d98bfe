package dev.kiln.testing.guarantee;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A successful execution has exactly one complete copy in each region of its template, all with the same digest, and
 * every share is made; one whose test failed has one in the template's region alone; a failed or cancelled one has no
 * visible copy.
 */
public final class OneImagePerTarget extends RowGuarantee {

    public OneImagePerTarget(JdbcClient jdbc) {
        super(jdbc, """
                with facts as (
                    select e.id, e.status,
                           (select count(distinct r) from unnest(t.to_region_ids || t.region_id) r) as wanted,
                           count(c.id) filter (where c.state = 'COPIED') as copied,
                           count(c.id) filter (where c.state = 'COPIED' and c.region_id = t.region_id) as at_home,
                           count(c.id) filter (where c.region_id <> all(t.to_region_ids || t.region_id)) as elsewhere,
                           count(distinct c.digest) filter (where c.state = 'COPIED') as digests,
                           count(c.artifact) as artifacts,
                           (select count(*) from image_copy k cross join lateral unnest(t.add_accounts) a(id)
                             where k.execution_id = e.id and k.artifact is null and not exists
                                   (select from image_share s
                                     where s.image_id = k.id and s.account_id = a.id and s.state = 'SHARED')) as unshared
                      from execution e
                      join template t on t.id = e.template_id
                      left join image_copy c on c.execution_id = e.id
                     group by e.id, t.id)
                select id || ' is ' || status || ' with ' || copied || ' of ' || wanted || ' copies, ' || digests
                       || ' digests, ' || elsewhere || ' elsewhere, ' || unshared || ' shares missing'
                  from facts
                 where elsewhere > 0
                    or (status = 'SUCCESS' and (copied <> wanted or (digests <> 1 and artifacts = 0) or unshared > 0))
                    or (status = 'PARTITION_SUCCESS' and (copied = 0 or digests > 1 and artifacts = 0))
                    or (status = 'TEST_FAILED' and (copied <> 1 or at_home <> 1))
                    or (status in ('FAILED', 'CANCELLED') and copied > 0)
                """);
    }
}
