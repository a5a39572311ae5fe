package stagecoach.packages.server.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ServiceIndexTest {

    @Test
    void every_resource_is_an_absolute_url_below_the_feeds_folder() throws IOException {
        for (var folder :
                new String[] {
                    "https://deploy.example/nuget/v3", "https://deploy.example/nuget/v3/"
                }) {
            var document = json(folder);
            assertThat(document.get("version").asText()).isEqualTo("3.0.0");
            assertThat(document.get("resources"))
                    .allSatisfy(
                            resource ->
                                    assertThat(resource.get("@id").asText())
                                            .startsWith(
                                                    resource.get("@type")
                                                                    .asText()
                                                                    .startsWith("Legacy")
                                                            ? "https://deploy.example/nuget/v2/"
                                                            : "https://deploy.example/nuget/v3/"));
        }
    }

    @Test
    void only_what_this_server_answers_is_advertised() throws IOException {
        assertThat(json("http://localhost:1/nuget/v3/").get("resources"))
                .map(resource -> resource.get("@type").asText())
                .containsExactlyInAnyOrder(
                        "PackageBaseAddress/3.0.0",
                        "PackagePublish/2.0.0",
                        "RegistrationsBaseUrl",
                        "RegistrationsBaseUrl/3.0.0-beta",
                        "RegistrationsBaseUrl/3.0.0-rc",
                        "RegistrationsBaseUrl/3.4.0",
                        "RegistrationsBaseUrl/3.6.0",
                        "RegistrationsBaseUrl/Versioned",
                        "SearchQueryService",
                        "SearchQueryService/3.0.0-beta",
                        "SearchQueryService/3.0.0-rc",
                        "SearchQueryService/3.5.0",
                        "SearchQueryService/Versioned",
                        "SearchAutocompleteService",
                        "SearchAutocompleteService/3.0.0-beta",
                        "SearchAutocompleteService/3.0.0-rc",
                        "SearchAutocompleteService/3.5.0",
                        "SearchAutocompleteService/Versioned",
                        "LegacyGallery/2.0.0");
    }

    @Test
    void a_relative_folder_is_refused() {
        assertThatThrownBy(() -> ServiceIndex.json(URI.create("/nuget/v3/")))
                .hasMessageContaining("no absolute URL");
    }

    private static JsonNode json(String folder) throws IOException {
        return JsonMapper.builder().build().readTree(ServiceIndex.json(URI.create(folder)));
    }
}
