package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Declaration;
import dev.kiln.api.operation.Parameter;
import dev.kiln.api.rest.RestAction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The generated parts of docs/api.md. */
final class ApiPage {

    /** The operations of the reference, in its order. */
    private static final List<String> FAMILY = List.of(
            "CreateImagePipeline",
            "DescribeImagePipelines",
            "DeleteImagePipeline",
            "StartImagePipelineExecution",
            "CancelImagePipelineExecution",
            "DescribeImagePipelineExecutions",
            "CreateImageComponent",
            "DescribeImageComponents",
            "DeleteImageComponent",
            "DescribeImages",
            "DescribeImageFromFamily",
            "DeleteImage",
            "ModifyImageAttribute",
            "CopyImage",
            "CancelCopyImage",
            "ModifyImageSharePermission",
            "DescribeImageSharePermission",
            "ImportImage",
            "ExportImage",
            "DescribeRegions",
            "TagResources",
            "UntagResources",
            "ListTagResources");

    private ApiPage() {}

    /** The operations, none of the reference's being missing. */
    static String summary(List<Declaration<?>> declarations) {
        var there = declarations.stream().map(Declaration::name).toList();
        assertThat(there).containsExactlyInAnyOrderElementsOf(FAMILY);
        return "Kiln serves all " + FAMILY.size() + " operations of the reference: " + names(FAMILY.stream()) + ".\n";
    }

    private static String names(Stream<String> names) {
        return names.map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    static String codes(List<ErrorCode> codes) {
        return codes.stream()
                .map(code -> "| `" + code.code() + "` | " + code.status() + " | " + code.when() + " |\n")
                .collect(Collectors.joining("", "| Code | HTTP | When |\n|---|---|---|\n", ""));
    }

    /** A section for each operation. */
    static String operations(List<Declaration<?>> declarations) {
        Map<String, Declaration<?>> byName =
                declarations.stream().collect(Collectors.toMap(Declaration::name, Function.identity()));
        return FAMILY.stream()
                .flatMap(name -> Optional.<Declaration<?>>ofNullable(byName.get(name)).stream())
                .map(ApiPage::operation)
                .collect(Collectors.joining("\n"));
    }

    private static String operation(Declaration<?> declaration) {
        return "### " + declaration.name() + "\n\n" + declaration.purpose() + "\n\nPermission: `"
                + declaration.action() + "` on `"
                + declaration
                        .subject()
                        .map(subject -> subject.type().name(region(declaration), "{account}", subject.id()))
                        .orElse("*")
                + "`."
                + "\n\n| Parameter | Type | Required | Rule | Here | Codes |\n|---|---|---|---|---|---|\n"
                + declaration.parameters().stream()
                        .map(parameter -> rows(parameter, "", parameter))
                        .collect(Collectors.joining())
                + "\nAnswer:\n\n```\n"
                + Stream.concat(declaration.answer().lines(), Stream.of("RequestId: text"))
                        .collect(Collectors.joining("\n"))
                + "\n```\n\nCodes:\n\n"
                + codes(declaration.codes());
    }

    private static String region(Declaration<?> declaration) {
        var named = declaration.parameters().stream()
                .anyMatch(parameter -> parameter.name().equals("RegionId"));
        return named ? "{RegionId}" : "*";
    }

    /** The routes of the REST API and what policies call them. */
    static String routes() {
        return RestAction.ALL.stream()
                .map(row -> "| " + row.method() + " `" + row.path() + "` | `" + row.action() + "` | `"
                        + row.type()
                                .map(type -> type.name(
                                        row.region().isEmpty() ? "*" : "{" + row.region() + "}",
                                        "{account}",
                                        row.path().contains("{id}") ? "{id}" : "*"))
                                .orElse("*")
                        + "`" + (row.narrowed() ? ", narrowed to the templates that are allowed" : "") + " |\n")
                .collect(Collectors.joining("", "| Route | Action | Resource |\n|---|---|---|\n", ""));
    }

    private static String rows(Parameter<?> parameter, String prefix, Parameter<?> outermost) {
        var name = prefix + parameter.name() + parameter.form().suffix();
        var row = "| `" + name + "` | " + parameter.form().type() + " | " + required(parameter, prefix)
                + " | " + rule(parameter) + " | " + outermost.treatment() + " | "
                + codesOf(parameter) + " |\n";
        return row
                + parameter.form().members().stream()
                        .map(member -> rows(member, name + ".", outermost))
                        .collect(Collectors.joining());
    }

    private static String required(Parameter<?> parameter, String object) {
        if (!parameter.isRequired()) {
            return "";
        }
        return object.isEmpty() ? "yes" : "in each";
    }

    private static String rule(Parameter<?> parameter) {
        var byDefault =
                parameter.byDefault().map(Object::toString).filter(value -> !value.isEmpty() && !value.equals("[]"));
        return Stream.concat(
                        Stream.of(parameter.form().rule()).filter(rule -> !rule.isEmpty()),
                        byDefault.map(value -> "default " + value).stream())
                .collect(Collectors.joining("; "));
    }

    private static String codesOf(Parameter<?> parameter) {
        var ofMembers = parameter.form().members().stream()
                .flatMap(member -> member.codes().stream())
                .toList();
        var codes = parameter.codes().stream()
                .filter(code -> !ofMembers.contains(code))
                .map(ErrorCode::code)
                .toList();
        return names(codes.stream().limit(3)) + (codes.size() > 3 ? " and others" : "");
    }
}
