package dev.kiln.worker.engine;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The layers over the base image in a scratch directory. Commands write to the top one; once a step has ended, its
 * layer never changes again, but for the highest that there may be, which all further steps share.
 */
final class Layers {

    // The kernel takes the names of all layers in one page of memory, and 500 layers at the most.
    static final int MOST = 100;

    private int top = 1;
    private int mounts;

    /** Whether the top layer stays as it is once a step has ended. */
    boolean topSettles() {
        return top < MOST;
    }

    /** Place of the layer that commands write to now, 1 for the lowest. */
    int top() {
        return top;
    }

    /** What was written so far is a step's result: commands write to a new layer from now on. */
    void push() {
        top = Math.min(top + 1, MOST);
    }

    /** The directory of the layer that commands write to, relative to the scratch directory. */
    String upper() {
        return directory(top);
    }

    /** The directory right below it. */
    String below() {
        return top == 1 ? "base" : directory(top - 1);
    }

    /**
     * A new directory for overlay's own use, relative to the scratch directory: a volatile mount leaves its mark there.
     */
    String work() {
        return "work/" + ++mounts;
    }

    /** The directories below it, the highest first, as overlay wants them. */
    String lower() {
        return IntStream.iterate(top - 1, index -> index > 0, index -> index - 1)
                .mapToObj(index -> directory(index) + ":")
                .collect(Collectors.joining("", "", "base"));
    }

    static String directory(int index) {
        return "layers/" + index;
    }
}
