package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.UniqueElements;
import org.junit.jupiter.api.Test;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;

class DownSourcesTest {
    private final AtomicLong now = new AtomicLong();
    private final DownSources downs =
            new DownSources(
                    Duration.ofSeconds(60),
                    _ ->
                            new InetAddress[] {
                                InetAddress.ofLiteral("192.0.2.1"),
                                InetAddress.ofLiteral("192.0.2.2")
                            },
                    Routes.DIRECT,
                    now::get);

    private static String at(String url) {
        return DownSources.server(URI.create(url));
    }

    @Test
    void a_silent_server_is_down_for_all_its_packages_until_it_answers_or_time_has_passed() {
        downs.silent(at("https://cache-eu:8443/blobs/a"));
        assertThat(downs.isDown(at("https://cache-eu:8443/blobs/b"))).isTrue();
        assertThat(downs.isDown(at("https://cache-eu:8444/blobs/b"))).isFalse();
        downs.answered(at("https://cache-eu:8443/blobs/c"));
        assertThat(downs.isDown(at("https://cache-eu:8443/blobs/b"))).isFalse();

        downs.silent(at("https://cache-eu:8443/blobs/a"));
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(downs.isDown(at("https://cache-eu:8443/blobs/b"))).isFalse();
    }

    @Test
    void of_a_names_addresses_a_silent_one_comes_last() throws Exception {
        URI named = URI.create("https://cache-eu:8443/blobs/a");
        downs.silent(at("https://192.0.2.1:8443/blobs/b"));
        assertThat(downs.addressesOf(named))
                .containsExactly(
                        URI.create("https://192.0.2.2:8443/blobs/a"),
                        URI.create("https://192.0.2.1:8443/blobs/a"));
    }

    @Test
    void whoever_is_reached_by_a_proxy_leads_nowhere_that_is_reached_past_it() throws Exception {
        var behindProxy =
                new DownSources(
                        Duration.ofSeconds(60),
                        host -> new InetAddress[] {InetAddress.ofLiteral(host)},
                        Routes.of(
                                ProxySettings.USUAL.with(
                                        Optional.of("http://192.0.2.9:3128"),
                                        Optional.of("10.0.0.0/8"),
                                        Optional.empty()),
                                Map.of()),
                        now::get);
        URI feed = URI.create("https://feed.example/v3/index.json");

        assertThat(behindProxy.furtherIn(feed, URI.create("https://10.1.2.3/flat/"))).isPresent();
        assertThat(behindProxy.furtherIn(feed, URI.create("https://files.example/flat/")))
                .isEmpty();
    }

    @Test
    void what_is_remembered_has_a_bound() {
        for (int n = 0; n < 5000; n++) {
            downs.silent(at("https://cache-%d:8443/".formatted(n)));
        }
        assertThat(downs.isDown(at("https://cache-0:8443/"))).isTrue();
        assertThat(downs.isDown(at("https://cache-4999:8443/"))).isFalse();
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        downs.silent(at("https://cache-4999:8443/"));
        assertThat(downs.isDown(at("https://cache-4999:8443/"))).isTrue();
    }

    @Property
    void all_stay_in_their_order_but_those_that_are_down_come_last(
            @ForAll @UniqueElements List<Integer> sources, @ForAll Set<Integer> down) {
        List<Integer> ordered = DownSources.downLast(sources, down::contains);
        List<Integer> up = sources.stream().filter(each -> !down.contains(each)).toList();
        assertThat(ordered).hasSameSizeAs(sources);
        assertThat(ordered.subList(0, up.size())).isEqualTo(up);
        assertThat(ordered.subList(up.size(), ordered.size()))
                .isEqualTo(sources.stream().filter(down::contains).toList());
    }
}
