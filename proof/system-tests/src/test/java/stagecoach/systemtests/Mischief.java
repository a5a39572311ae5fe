package stagecoach.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a request that is in order many that are not, or hardly: the same ones for the same
 * seed.
 */
final class Mischief {
    /** A request, and whether it can only be refused; nobody changes the bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    record Attempt(
            String what,
            String method,
            String address,
            Map<String, String> headers,
            byte @Nullable [] body,
            boolean wrong) {
        Attempt with(String more, String name, String value) {
            var changed = new LinkedHashMap<>(headers);
            changed.put(name, value);
            return new Attempt(more, method, address, changed, body, wrong);
        }

        Attempt without(String more, String name) {
            var changed = new LinkedHashMap<>(headers);
            changed.remove(name);
            return new Attempt(more, method, address, changed, body, wrong);
        }

        Attempt at(String more, String otherAddress) {
            return new Attempt(more, method, otherAddress, headers, body, wrong);
        }

        Attempt saying(String more, byte[] otherBody) {
            return new Attempt(more, method, address, headers, otherBody, wrong);
        }

        Attempt isWrong() {
            return new Attempt(what, method, address, headers, body, true);
        }
    }

    /** Mutations of one body at most: beyond that they find the same again. */
    private static final int CHANGES_MAX = 40;

    private static final int LONG = 3_000;
    private static final String FAR = "+1000000000-12-31T23:59:59.999999999Z";

    private static final List<String> IN_PATHS =
            List.of(
                    "%00",
                    "a%00b",
                    "%20",
                    "%C3%A4%F0%9F%92%A9",
                    "%E2%80%AE",
                    "%FF%FE",
                    "a%2Fb",
                    "%25s",
                    "A_B",
                    "-",
                    "target:%00",
                    "99999999999999999999",
                    "x".repeat(LONG));

    private static final List<String> IN_QUERIES =
            List.of(
                    "",
                    "%00",
                    "0",
                    "-1",
                    "1.5",
                    "99999999999999999999",
                    "2147483648",
                    "NaN",
                    "%20",
                    "%C3%A4%F0%9F%92%A9",
                    "%FF%FE",
                    "AAAA",
                    "MQ",
                    "%2B1000000000-12-31T23:59:59.999999999Z",
                    "-1000000000-01-01T00:00:00Z",
                    "x".repeat(LONG));

    private static final List<String> ACCEPTED =
            List.of(
                    "*/*",
                    "text/html",
                    "application/xml",
                    "application/json;q=abc",
                    "application/json;q=0",
                    ";;;",
                    "x",
                    "/",
                    "application/",
                    "text/event-stream;q=0.1, */*;q=0.5",
                    "application/json; charset=nonsense");

    private static final List<String> CONTENT_TYPES =
            List.of(
                    "text/plain",
                    "application/xml",
                    "application/json; charset=utf-16",
                    "application/json; charset=nonsense",
                    "multipart/form-data",
                    "application/x-www-form-urlencoded",
                    "json",
                    "/",
                    ";");

    private static final List<String> IN_HEADERS =
            List.of(
                    "",
                    "*",
                    "\"\"",
                    "\"wrong\"",
                    "W/\"1\"",
                    "1",
                    "\"99999999999999999999\"",
                    "\"1\", \"2\"",
                    "\u00e4\u00f6",
                    "x".repeat(LONG));

    private static final List<Function<JsonNodeFactory, JsonNode>> VALUES =
            List.of(
                    make -> make.nullNode(),
                    make -> make.booleanNode(true),
                    make -> make.numberNode(0),
                    make -> make.numberNode(-1),
                    make -> make.numberNode(Integer.MAX_VALUE),
                    make -> make.numberNode(Long.MIN_VALUE),
                    make -> make.numberNode(new java.math.BigInteger("9".repeat(60))),
                    make -> make.numberNode(1.5),
                    make -> make.numberNode(new java.math.BigDecimal("1e400")),
                    make -> make.textNode(""),
                    make -> make.textNode(" "),
                    make -> make.textNode("a\0b"),
                    make -> make.textNode("\u202e\ud83d\udca9 \u00e4"),
                    make -> make.textNode("\ud800"),
                    make -> make.textNode("x".repeat(100_000)),
                    make -> make.textNode(FAR),
                    make -> make.textNode("-1000000000-01-01T00:00:00Z"),
                    make -> make.textNode("9999-12-31T23:59:59Z"),
                    make -> make.textNode("PT2562047788015215H30M7.999999999S"),
                    make -> make.textNode("PT-1S"),
                    make -> make.textNode("#{"),
                    make -> make.textNode("http://[::1"),
                    make -> make.textNode("'; DROP TABLE events; --"),
                    make -> make.arrayNode(),
                    make -> make.arrayNode().add("contract").add("contract"),
                    make -> make.arrayNode().addNull(),
                    make -> make.arrayNode().add(1).add(make.objectNode()),
                    make -> make.objectNode(),
                    make -> make.objectNode().put("", ""),
                    make -> make.objectNode().put("a\0b", "c"));

    private final ApiOperation operation;
    private final Random random;
    private final Attempt fine;
    private final Optional<JsonNode> body;
    private final List<Attempt> attempts = new ArrayList<>();

    private Mischief(ApiOperation operation, Random random, Attempt fine, Optional<JsonNode> body) {
        this.operation = operation;
        this.random = random;
        this.fine = fine;
        this.body = body;
    }

    /**
     * What to try.
     *
     * @param fine the request in order
     * @param body what it says, if that is JSON
     * @param careful whether only what can but be refused is sent: what an operation of the whole
     *     system takes would change it for others
     */
    static List<Attempt> of(
            ApiOperation operation,
            Random random,
            Attempt fine,
            Optional<JsonNode> body,
            boolean careful) {
        var mischief = new Mischief(operation, random, fine, body);
        if (!careful) {
            mischief.attempts.add(fine);
            mischief.addresses();
            mischief.headers();
            mischief.changes();
        }
        mischief.strangers();
        mischief.bodies();
        return mischief.attempts;
    }

    private void strangers() {
        if (!operation.isOpen()) {
            attempts.add(fine.without("no key", "Authorization").isWrong());
            attempts.add(fine.with("a guessed key", "Authorization", "Bearer guessed").isWrong());
            attempts.add(fine.with("an odd key", "Authorization", "Basic %%%").isWrong());
        }
    }

    private void addresses() {
        String template = operation.path();
        for (var parameter : operation.parameters("path")) {
            String place = "{" + parameter.name() + "}";
            String[] around = template.split(java.util.regex.Pattern.quote(place), -1);
            String[] own = fine.address().split("\\?", -1);
            int segment = (int) around[0].chars().filter(c -> c == '/').count();
            for (String odd : IN_PATHS) {
                String[] segments = own[0].split("/", -1);
                segments[segment] = odd;
                attempts.add(
                        fine.at(
                                parameter.name() + " " + shortened(odd),
                                String.join("/", segments)));
            }
        }
        for (var parameter : operation.parameters("query")) {
            for (String odd : IN_QUERIES) {
                Attempt attempt =
                        fine.at(
                                "?" + parameter.name() + "=" + shortened(odd),
                                fine.address() + "?" + parameter.name() + "=" + odd);
                attempts.add(
                        parameter.name().equals("limit") && odd.startsWith("99999")
                                ? attempt.isWrong()
                                : attempt);
            }
            attempts.add(
                    fine.at(
                            "?" + parameter.name() + " twice",
                            "%s?%2$s=1&%2$s=2".formatted(fine.address(), parameter.name())));
        }
        attempts.add(fine.at("an unknown parameter", fine.address() + "?contract=%00&=&&a"));
    }

    private void headers() {
        for (String accepted : ACCEPTED) {
            attempts.add(fine.with("Accept: " + accepted, "Accept", accepted));
        }
        for (var parameter : operation.parameters("header")) {
            for (String odd : IN_HEADERS) {
                attempts.add(
                        fine.with(parameter.name() + ": " + shortened(odd), parameter.name(), odd));
            }
        }
        if (operation.takes().isPresent()) {
            for (String type : CONTENT_TYPES) {
                attempts.add(fine.with("Content-Type: " + type, "Content-Type", type));
            }
            attempts.add(fine.without("no Content-Type", "Content-Type"));
        }
    }

    /** Whole bodies that are none. */
    private void bodies() {
        if (operation.takes().isEmpty()) {
            return;
        }
        boolean optional = !operation.told().at("/requestBody/required").asBoolean();
        var whole = new LinkedHashMap<String, byte[]>();
        whole.put("null", utf8("null"));
        whole.put("a list", utf8("[]"));
        whole.put("a text", utf8("\"contract\""));
        whole.put("a number", utf8("1"));
        whole.put("half an object", utf8("{\"name\": "));
        whole.put("no JSON", utf8("<contract/>"));
        whole.put("two objects", utf8("{} {}"));
        whole.put("a mark before it", utf8("\ufeff{}"));
        whole.put("no UTF-8", new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
        whole.put("only NUL", new byte[8]);
        whole.put("very deep lists", utf8("[".repeat(50_000)));
        whole.put("very deep objects", utf8("{\"steps\":".repeat(5_000) + "1"));
        whole.put("a very long name", utf8("{\"" + "n".repeat(200_000) + "\":1}"));
        whole.put("a very long number", utf8("{\"name\":" + "9".repeat(20_000) + "}"));
        whole.put("an unknown field", utf8("{\"contract\":1}"));
        whole.put("no field", utf8("{}"));
        whole.put("nothing", new byte[0]);
        whole.forEach(
                (what, bytes) -> {
                    Attempt attempt = fine.saying("body: " + what, bytes);
                    boolean perhaps =
                            what.startsWith("no field")
                                    || what.equals("null")
                                    || what.equals("two objects")
                                    || what.startsWith("a mark")
                                    || (what.equals("nothing") && optional);
                    if (!perhaps) {
                        attempts.add(body.isPresent() ? attempt.isWrong() : attempt);
                    } else if (operation.path().contains("{")) {
                        attempts.add(attempt);
                    }
                });
        body.filter(JsonNode::isObject)
                .ifPresent(
                        object -> {
                            ObjectNode more = object.deepCopy();
                            more.put("contractUnknown", 1);
                            attempts.add(
                                    fine.saying("one more field", utf8(more.toString())).isWrong());
                        });
    }

    /** A body that was in order, changed at one place. */
    private void changes() {
        if (body.isEmpty()) {
            return;
        }
        List<String> places = new ArrayList<>();
        collect(body.get(), "", places);
        List<Attempt> all = new ArrayList<>();
        for (String place : places) {
            all.add(changed(place + " left out", place, Optional.empty()));
            for (var value : VALUES) {
                JsonNode node = value.apply(JsonNodeFactory.instance);
                all.add(
                        changed(
                                "%s = %s".formatted(place, shortened(node.toString())),
                                place,
                                Optional.of(node)));
            }
        }
        java.util.Collections.shuffle(all, random);
        attempts.addAll(all.subList(0, Math.min(all.size(), CHANGES_MAX)));
    }

    private Attempt changed(String what, String place, Optional<JsonNode> value) {
        JsonNode copy = body.orElseThrow().deepCopy();
        int slash = place.lastIndexOf('/');
        String name = place.substring(slash + 1).replace("~1", "/").replace("~0", "~");
        switch (copy.at(place.substring(0, slash))) {
            case ObjectNode object ->
                    value.ifPresentOrElse(
                            node -> object.set(name, node), () -> object.remove(name));
            case ArrayNode array ->
                    value.ifPresentOrElse(
                            node -> array.set(Integer.parseInt(name), node),
                            () -> array.remove(Integer.parseInt(name)));
            default -> throw new IllegalStateException(place);
        }
        return fine.saying(what, utf8(copy.toString()));
    }

    private static void collect(JsonNode node, String place, List<String> places) {
        if (!place.isEmpty()) {
            places.add(place);
        }
        for (var field : node.properties()) {
            collect(
                    field.getValue(),
                    place + "/" + field.getKey().replace("~", "~0").replace("/", "~1"),
                    places);
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collect(node.get(i), place + "/" + i, places);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "... " + text.length();
    }

    static String shown(byte @Nullable [] body) {
        return body == null
                ? ""
                : shortened(
                        new String(
                                Arrays.copyOf(body, Math.min(body.length, 200)),
                                StandardCharsets.UTF_8));
    }
}
