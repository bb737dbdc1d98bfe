package dev.kiln.api.operation;

import dev.kiln.api.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A list of objects on the wire: Name.1.Key, Name.1.Value, Name.2.Key and so on; gaps do not matter.
 *
 * @param make makes an object from its members
 */
record NumberedObjects<T>(List<Parameter<?>> members, Function<Values, T> make, int most, ErrorCode tooMany)
        implements Form<List<T>> {

    @Override
    public String type() {
        return "list of object, at most " + most;
    }

    @Override
    public String rule() {
        return "";
    }

    @Override
    public String suffix() {
        return ".N";
    }

    @Override
    public Optional<List<T>> read(Sent sent, String name, ErrorCode code) {
        var objects = new ArrayList<T>();
        for (var number : sent.numbersOfObjects(name, most, tooMany)) {
            var one = sent.within(name + "." + number);
            var values = Values.read(members, one);
            if (one.isWellFormed()) {
                objects.add(make.apply(values));
            }
        }
        return Optional.<List<T>>of(objects).filter(list -> !list.isEmpty());
    }

    @Override
    public List<ErrorCode> codes() {
        return Stream.concat(Stream.of(tooMany), members.stream().flatMap(member -> member.codes().stream()))
                .toList();
    }
}
