package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectHostsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "example.com | https://example.com:8443 | true",
                "example.com | https://cache.EXAMPLE.com | true",
                ".example.com | https://cache.example.com | true",
                ".example.com | https://example.com | true",
                "*.example.com | https://cache.example.com | true",
                "example.com | https://notexample.com | false",
                "example.com | https://example.com.evil.test | false",
                "example.com:8443 | https://example.com:8443 | true",
                "example.com:443 | https://example.com | true",
                "example.com:8443 | https://example.com:8444 | false",
                "a.test, b.test | https://b.test | true",
                "a.test b.test | https://b.test | true",
                "10.0.0.0/8 | https://10.20.30.40:1 | true",
                "10.0.0.0/8 | https://11.20.30.40:1 | false",
                "10.1.2.3 | https://10.1.2.3 | true",
                "10.1.2.3:9 | https://10.1.2.3:9 | true",
                "10.1.2.3:9 | https://10.1.2.3:8 | false",
                "fd00::/8 | https://[fd12::1]:443 | true",
                "fd00::/8 | https://[fe12::1]:443 | false",
                "[fd12::1]:443 | https://[fd12::1]:443 | true",
                "10.0.0.0/8 | https://10.example.com | false",
                "10.0.0.0/99 | https://10.0.0.1 | false",
                "* | https://anything.test | true",
                "'' | https://anything.test | false",
                "'' | https://localhost:8443 | true",
                "'' | https://127.0.0.9:8443 | true",
                "'' | https://[::1]:8443 | true",
            })
    void no_proxy_means_what_it_means_to_other_programs(String list, URI server, boolean direct) {
        assertThat(DirectHosts.parse(list).contains(server)).isEqualTo(direct);
    }
}
