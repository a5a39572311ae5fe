package stagecoach.runtime.parked;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Antidote;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class ParkedResourceTest {
    private static final String STREAMS = "/api/v1/services/toy/parked-streams";

    @Inject CommandHandler handler;
    @Inject Heard heard;

    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final String parked = STREAMS + "/toy-listener/" + stream;

    @AfterEach
    void withdraw() {
        Antidote.arrives(false);
    }

    private static RequestSpecification admin() {
        return given().header("Authorization", "Bearer " + TestKeys.ADMIN.key());
    }

    private void poison() {
        var cause = Cause.of(Clock.systemUTC(), "ann");
        handler.handle(AccountKind.ACCOUNTS, stream, new Open("ann"), cause);
        handler.handle(AccountKind.ACCOUNTS, stream, new Deposit(1, "poison"), cause);
        handler.handle(AccountKind.ACCOUNTS, stream, new Deposit(1, "after"), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> admin().get(parked).then().statusCode(200).body("items", hasSize(2)));
    }

    @Test
    void a_parked_stream_is_seen_with_its_reason_and_goes_on_in_order_once_that_is_gone() {
        poison();
        admin().get(STREAMS)
                .then()
                .statusCode(200)
                .body("items.stream", hasItem(stream.value()))
                .body(
                        "items.find { it.stream == '%s' }.reason".formatted(stream),
                        containsString("poison"));
        admin().get(parked)
                .then()
                .body("items[0].version", equalTo(2))
                .body("items[0].headers.ce_type", equalTo("stagecoach.Deposited.v1"))
                .body("items[0].data", containsString("poison"))
                .body("items[1].reason", equalTo("behind a parked event"));

        admin().post(parked + "/replay")
                .then()
                .statusCode(200)
                .body("free", equalTo(false))
                .body("left", hasSize(2));
        Antidote.arrives(true);
        admin().post(parked + "/replay")
                .then()
                .statusCode(200)
                .body("free", equalTo(true))
                .body("left", hasSize(0));
        org.assertj.core.api.Assertions.assertThat(heard.versions("toy-listener", stream))
                .isEqualTo(List.of(1L, 2L, 3L));
        admin().get(STREAMS).then().body("items.stream", not(hasItem(stream.value())));
        admin().post(parked + "/replay").then().statusCode(404);
    }

    @Test
    void an_event_of_a_stream_cannot_be_left_out() {
        poison();
        admin().delete(parked)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("/api/problems/parked"))
                .body("detail", containsString("build upon"));
        admin().get(parked).then().statusCode(200).body("items", hasSize(2));
    }

    @Test
    void it_is_for_administrators_of_this_service() {
        given().get(STREAMS).then().statusCode(401);
        given().header("Authorization", "Bearer " + TestKeys.CONFIGURE.key())
                .get(STREAMS)
                .then()
                .statusCode(403);
        admin().get("/api/v1/services/other/parked-streams").then().statusCode(404);
        admin().get(STREAMS + "/toy-listener/account-nobody").then().statusCode(404);
        admin().post(STREAMS + "/toy-listener/no%20stream/replay").then().statusCode(404);
    }
}
