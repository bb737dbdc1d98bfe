package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.worker.region.SourceImages;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose image a build may start from. */
class BaseImagesIT {

    private Rig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    @Test
    void anImageOfAnotherAccountIsABaseWhileItIsSharedAndNoLonger() {
        var template = rig.claim(rig.start(rig.template("", Rig.FRIEND), Rig.FRIEND), "one")
                .template();
        var images = new SourceImages(rig.jdbc);
        assertThat(images.choose(template)).as("not shared").isEmpty();
        rig.jdbc
                .sql("insert into image_share (image_id, account_id, state) values ('m-base', :friend, 'PENDING')")
                .param("friend", Rig.FRIEND.value())
                .update();

        assertThat(images.choose(template)).as("not shared yet").isEmpty();
        rig.jdbc
                .sql("update image_share set state = 'SHARED', shared_at = now()")
                .update();
        assertThat(images.choose(template)).as("shared").isPresent();
        rig.jdbc
                .sql("update image_share set state = 'FAILED', shared_at = null")
                .update();
        assertThat(images.choose(template)).as("sharing failed").isEmpty();
        rig.jdbc.sql("delete from image_share").update();
        assertThat(images.choose(template)).as("withdrawn").isEmpty();
    }
}
