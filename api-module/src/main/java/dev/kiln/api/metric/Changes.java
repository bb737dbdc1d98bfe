package dev.kiln.api.metric;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs who has changed what: a line of the logger {@code dev.kiln.audit} for each request that changed something, over
 * the wire, the REST API or a page, with the operation, the ids that it was about, the key and its account.
 */
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger("dev.kiln.audit");

    private static final Pattern ID =
            Pattern.compile("(ImagePipeline|Execution|Image|ImageComponent|Task|Resource)Id(\\.\\d+)?");
    private static final Pattern PLAIN = Pattern.compile("[\\w.:-]{1,64}");
    private static final Pattern READS = Pattern.compile("(Describe|List)\\w*");
    private static final int MOST_IDS = 10;
    private static final int LONGEST_PATH = 200;

    private Changes() {}

    /** The ids in a request and its answer, as text. */
    static String ids(Map<String, ?> asked, Map<String, ?> answered) {
        return Stream.of(asked, answered)
                .flatMap(all -> all.entrySet().stream())
                .filter(one -> ID.matcher(one.getKey()).matches()
                        && PLAIN.matcher(String.valueOf(one.getValue())).matches())
                .map(one -> String.valueOf(one.getValue()))
                .distinct()
                .limit(MOST_IDS)
                .collect(Collectors.joining(" "));
    }

    /** Logs a request that was not refused, unless it only read. */
    static void tell(HttpServletRequest request, String operation, String about, String by) {
        if (READS.matcher(operation).matches()
                || (about.isEmpty() && request.getMethod().matches("GET|HEAD|OPTIONS"))) {
            return;
        }
        var path = request.getRequestURI();
        LOG.info(
                "{} {} by {}",
                operation,
                about.isEmpty() ? path.substring(0, Math.min(path.length(), LONGEST_PATH)) : about,
                by);
    }
}
