package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/** A list of values on the wire: Name.1, Name.2 and so on, in that order; gaps do not matter. */
record Numbered<T>(Scalar<T> item, int most, ErrorCode tooMany) implements Form<List<T>> {

    @Override
    public String type() {
        return "list of " + item.type() + ", at most " + most;
    }

    @Override
    public String rule() {
        return item.rule();
    }

    @Override
    public String suffix() {
        return ".N";
    }

    @Override
    public Optional<List<T>> read(Sent sent, String name, ErrorCode code) {
        var items = sent.numbers(name, most, tooMany).stream()
                .map(number -> item.read(sent, name + "." + number, code))
                .flatMap(Optional::stream)
                .toList();
        return Optional.of(items).filter(list -> !list.isEmpty());
    }

    @Override
    public List<ErrorCode> codes() {
        return List.of(tooMany);
    }
}
