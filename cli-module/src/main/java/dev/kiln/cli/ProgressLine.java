package dev.kiln.cli;

/** Shows progress on one line of a terminal. */
final class ProgressLine implements Progress {

    private static final long BETWEEN = 200_000_000; // nanoseconds
    private static final String ERASED = "\r\033[K";

    private final Terminal terminal;
    private final String doing;
    private long shownAt = System.nanoTime();

    ProgressLine(Terminal terminal, String doing) {
        this.terminal = terminal;
        this.doing = doing;
    }

    @Override
    public void at(long done, long total) {
        var now = System.nanoTime();
        if (done >= total) {
            show(ERASED);
        } else if (now - shownAt >= BETWEEN) {
            shownAt = now;
            show(ERASED + Terminal.cut(line(doing, done, total), terminal.width() - 1));
        }
    }

    static String line(String doing, long done, long total) {
        return doing + "  " + done * 100 / total + " % of " + (total + 999_999) / 1_000_000 + " MB";
    }

    private void show(String text) {
        terminal.out().print(text);
        terminal.out().flush();
    }
}
