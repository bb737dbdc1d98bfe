package dev.kiln.worker.engine;

import dev.kiln.worker.machine.BootFailedException;
import dev.kiln.worker.machine.Console;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs the emulator of a machine in its own thread. After {@link #close} none of its processes is left. */
final class RunningMachine implements AutoCloseable {

    private final Scratch scratch;
    private final Console console;
    private final Tail errors = new Tail(2000);
    private final FutureTask<Integer> run;
    private final Thread thread;

    /** Starts the emulator. */
    RunningMachine(List<String> command, Console console, Scratch scratch, Limits limits) {
        this.console = console;
        this.scratch = scratch;
        this.run = new FutureTask<>(new SandboxProcess(command, null, console::take, limits::checkReserve)
                .withErrorsApart(errors::add)::run);
        this.thread = new Thread(run, "machine");
        thread.setDaemon(true);
        thread.start();
    }

    /** Throws when the machine has ended, or this worker's disk is full. */
    void look() throws BootFailedException, IOException, InterruptedException {
        var panic = console.panic();
        if (panic.isPresent()) {
            throw new BootFailedException(panic.get() + "; " + console.tail());
        }
        if (!run.isDone()) {
            return;
        }
        try {
            int status = run.get();
            if (status == 0) {
                throw new BootFailedException("the machine switched itself off, or began anew; " + console.tail());
            }
            throw new IOException("the machine's emulator ended with status " + status
                    + (scratch.group().ranOutOfMemory() ? ", out of the memory of kiln.engine.memory" : "") + ": "
                    + errors.text()
                    + (OwnNetwork.isOf(scratch) && !scratch.hasBegun() ? scratch.notBegun(status) : ""));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join(5000);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
