package dev.kiln.api.error;

import dev.kiln.log.LogAwayException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Turns any failure into an answer that reveals nothing to a stranger, and a log line with everything. */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    // States that Spring has no class for. lock_not_available: a lock was held for longer than the session's
    // lock_timeout. read_only_sql_transaction: a standby that is not promoted yet, or a server made read-only.
    private static final Set<String> TEMPORARY = Set.of("55P03", "25006");

    // character_not_in_repertoire, untranslatable_character (in jsonb), datetime_field_overflow: values that no earlier
    // check has found.
    private static final Set<String> UNSTORABLE = Set.of("22021", "22P05", "22008");

    private Failures() {}

    /** The refusal to answer with; a failure that was not a refusal is logged under the request's id. */
    public static ApiException refusal(Throwable failure, String requestId) {
        if (failure instanceof ApiException refusal) {
            return refusal;
        }
        if (failure instanceof LogAwayException away) {
            LOG.warn("Request {}: {}", requestId, away.getMessage());
            return Refusals.regionAway(away.region());
        }
        if (isDatabaseAway(failure)) {
            LOG.warn("Request {}: the database does not answer: {}", requestId, failure.toString());
            return new ApiException(
                    "ServiceUnavailable",
                    503,
                    "The request has failed due to a temporary failure of the server. Try again in a moment.");
        }
        if (isUnstorable(failure)) {
            return ErrorCode.INVALID_PARAMETER.because(
                    "A value cannot be stored: it holds the character U+0000, or is a time out of range. Leave it out.");
        }
        LOG.error("Request {} failed", requestId, failure);
        return new ApiException(
                "InternalError",
                500,
                "The request processing has failed due to some unknown error, exception or failure.");
    }

    private static boolean isDatabaseAway(Throwable failure) {
        return failure instanceof DataAccessResourceFailureException
                || failure instanceof TransientDataAccessException
                || (failure instanceof UncategorizedSQLException other && isTemporary(other.getSQLException()))
                || failure instanceof CannotCreateTransactionException
                // The session was lost in the middle: there was nothing left to roll back, or to commit, on.
                || failure instanceof TransactionSystemException;
    }

    private static boolean isUnstorable(Throwable failure) {
        return failure instanceof DataIntegrityViolationException refused
                && refused.getRootCause() instanceof SQLException cause
                && UNSTORABLE.contains(cause.getSQLState());
    }

    private static boolean isTemporary(@Nullable SQLException cause) {
        return cause != null && TEMPORARY.contains(cause.getSQLState());
    }
}
