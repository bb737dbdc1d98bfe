package dev.kiln.api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerCustomizer;
import org.springframework.boot.task.ThreadPoolTaskSchedulerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;

/**
 * What runs from time to time and fails is tried again the next time: a line in the log each, while the database is
 * away.
 */
@Configuration(proxyBeanMethods = false)
class RecurringTasks {

    private static final Logger LOG = LoggerFactory.getLogger(RecurringTasks.class);

    /** Where the Java runtime has virtual threads. */
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
