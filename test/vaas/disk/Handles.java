package vaas.disk;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which a file of a {@link FaultyDisk} is still open, a folder still locked, or
 * a file was used after its end.
 */
public final class Handles implements BeforeEachCallback, AfterEachCallback {
    private static final List<FaultyDisk> DISKS = new CopyOnWriteArrayList<>();
    private static volatile boolean watching;

    static void watch(FaultyDisk disk) {
        if (watching) {
            DISKS.add(disk);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        DISKS.clear();
        watching = true;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        watching = false;
        List<Exception> misuses = DISKS.stream().flatMap(disk -> disk.misuses().stream()).toList();
        DISKS.clear();
        if (!misuses.isEmpty()) {
            AssertionError error = new AssertionError(misuses.size() + " files or locks misused");
            misuses.forEach(error::addSuppressed);
            throw error;
        }
    }
}
