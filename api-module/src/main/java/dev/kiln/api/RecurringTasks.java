package dev.kiln.api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerCustomizer;
import org.springframework.boot.task.ThreadPoolTaskSchedulerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;

/**
 * A recurring task that fails is tried again at its next time; each failure is one line in the log, as while the
 * database is away.
 */
@Configuration(proxyBeanMethods = false)
class RecurringTasks {

    private static final Logger LOG = LoggerFactory.getLogger(RecurringTasks.class);

    /** For Java runtimes with virtual threads. */
    @Bean
    SimpleAsyncTaskSchedulerCustomizer failuresOfVirtualThreads() {
        return scheduler -> scheduler.setErrorHandler(RecurringTasks::failed);
    }

    @Bean
    ThreadPoolTaskSchedulerCustomizer failuresOfThreads() {
        return scheduler -> scheduler.setErrorHandler(RecurringTasks::failed);
    }

    private static void failed(Throwable failure) {
        var cause = failure instanceof Exception error ? NestedExceptionUtils.getMostSpecificCause(error) : failure;
        LOG.warn("recurring tasks are postponed: {}", cause.toString());
    }
}
