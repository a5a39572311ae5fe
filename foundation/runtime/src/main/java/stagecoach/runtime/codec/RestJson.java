package stagecoach.runtime.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import stagecoach.wire.StagecoachJson;

/** The JSON of the REST surface: the one form, and unknown request fields are refused by name. */
class RestJson {
    @Produces
    @Singleton
    ObjectMapper mapper() {
        return StagecoachJson.strict().copy();
    }
}
