package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InnerAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "168.63.129.16, MACHINE",
        "192.0.0.192, MACHINE",
        "100.100.100.200, MACHINE",
        "fd00:ec2::254, MACHINE",
        "fd20:ce::254, MACHINE",
        "100.100.100.201, NETWORK",
        "fd00:ec2::255, NETWORK",
        "fd20:ce::255, NETWORK"
    })
    void what_clouds_tell_machines_is_as_far_inside_as_the_machine(
            String address, InnerAddresses where) {
        assertThat(InnerAddresses.of(InetAddress.ofLiteral(address))).isEqualTo(where);
    }

    @ParameterizedTest
    @CsvSource({
        "64:ff9b::169.254.169.254, MACHINE",
        "64:ff9b:1::169.254.169.254, MACHINE",
        "64:ff9b:1:2:3:4:10.0.0.1, NETWORK",
        "64:ff9b:1::100.100.100.200, MACHINE",
        "64:ff9b:1::93.184.215.14, WORLD",
        "64:ff9b:2::10.0.0.1, WORLD",
        "::ffff:0:127.0.0.1, MACHINE",
        "::ffff:0:10.0.0.1, NETWORK",
        "::ffff:0:93.184.215.14, WORLD",
        "::10.0.0.1, NETWORK",
        "2002:0a00:0001::1, NETWORK"
    })
    void one_that_leads_to_another_is_as_far_inside_as_that(String address, InnerAddresses where) {
        assertThat(InnerAddresses.of(InetAddress.ofLiteral(address))).isEqualTo(where);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.7", "8.8.8.8", "::1", "fd00::7", "64:ff9b::a00:7"})
    void a_machine_of_ones_own_may_be_anywhere_inside(String address) {
        assertThat(InnerAddresses.isOfOneMachine(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "168.63.129.16",
                "fd00:ec2::254",
                "fe80::1",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::"
            })
    void but_not_where_clouds_tell_secrets_nor_where_nobody_or_many_are(String address) {
        assertThat(InnerAddresses.isOfOneMachine(InetAddress.ofLiteral(address))).isFalse();
    }
}
