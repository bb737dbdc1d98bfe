package dev.kiln.worker.engine;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The layers over the base image in a scratch directory. Commands write to the top one. Once a step has ended its layer
 * never changes again, except the highest possible one, which all further steps share.
 */
final class Layers {

    // The kernel takes the names of all layers in one page of memory, and at most 500 layers.
    static final int MOST = 100;

    private int top = 1;
    private int mounts;

    /** Whether the top layer no longer changes once a step has ended. */
    boolean topSettles() {
        return top < MOST;
    }

    /** Index of the layer that commands write to now, 1 for the lowest. */
    int top() {
        return top;
    }

    /** Ends a step's layer: commands write to a new one from now on. */
    void push() {
        top = Math.min(top + 1, MOST);
    }

    /** The directory of the layer that commands write to, relative to the scratch directory. */
    String upper() {
        return directory(top);
    }

    /** The directory of the layer directly below it. */
    String below() {
        return top == 1 ? "base" : directory(top - 1);
    }

    /**
     * A new directory for overlay's own use, relative to the scratch directory: a volatile mount leaves its mark in it.
     */
    String work() {
        return "work/" + ++mounts;
    }

    /** The directories of the layers below it, the highest first, as overlay wants them. */
    String lower() {
        return IntStream.iterate(top - 1, index -> index > 0, index -> index - 1)
                .mapToObj(index -> directory(index) + ":")
                .collect(Collectors.joining("", "", "base"));
    }

    static String directory(int index) {
        return "layers/" + index;
    }
}
