package vaas.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.MemoryAwayException;

/** Conversations of which every call may be made to fail, or to give something else. */
public final class Troubled {
    private static final Set<Class<?>> FACES =
            Set.of(Conversations.Lease.class, Conversations.Place.class, Memory.class);

    /** What comes in place of a call; at first, of none. */
    public volatile Trouble trouble = call -> null;

    /** What comes in place of a call, by the name of its method; null if it is to be made. */
    public interface Trouble {
        Object instead(String call) throws IOException;
    }

    /** From now on it can't be reached. */
    public void away() {
        trouble = call -> {
            if (call.equals("close")) {
                return null;
            }
            throw new MemoryAwayException("no answer", false);
        };
    }

    /** Puts itself before others. */
    public Conversations over(Conversations real) {
        return wrap(Conversations.class, real);
    }

    private <T> T wrap(Class<T> face, Object real) {
        return face.cast(Proxy.newProxyInstance(face.getClassLoader(), new Class<?>[] {face},
                (proxy, method, arguments) -> {
                    Object instead = trouble.instead(method.getName());
                    if (instead != null) {
                        return instead;
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return FACES.contains(method.getReturnType())
                                ? wrap(method.getReturnType(), result) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
