package vaas.api;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/** The same, with clients on threads of their own and chats that hang until they may go on. */
abstract class HangingFixture extends ServedFixture {
    final ExecutorService threads = Executors.newCachedThreadPool();
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    final void letGo() {
        goOn.countDown();
        threads.shutdownNow();
    }
}
