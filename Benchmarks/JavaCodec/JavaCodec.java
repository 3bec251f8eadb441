// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import com.siemens.ct.exi.main.cmd.EXICodec;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Times the codec inside the Python package iso15118 on a file of name, namespace, EXI in hexadecimal and JSON, with tabs in between.
 * A line each: name, nanoseconds of thread time to read, to write (medians, warmed up), and the best of the first three of each.
 * Without Python and the socket between the two. Called by scripts/benchmark-exi.
 */
public final class JavaCodec {
    private static final ThreadMXBean TIME = ManagementFactory.getThreadMXBean();
    private static Object last;

    private JavaCodec() {}

    public static void main(String[] arguments) throws Exception {
        long budget = Long.parseLong(arguments[1]) * 1_000_000;
        List<String> lines = Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8);
        EXICodec codec = new EXICodec();
        List<long[]> first = new ArrayList<>();
        for (String line : lines) {
            Callable<?>[] both = work(codec, line.split("\t"));
            long written = bestOfThree(both[1]);
            first.add(new long[] {bestOfThree(both[0]), written});
        }
        for (int index = 0; index < lines.size(); index++) {
            String[] fields = lines.get(index).split("\t");
            Callable<?>[] both = work(codec, fields);
            long read = median(both[0], budget);
            long written = median(both[1], budget);
            System.out.println(String.join("\t", fields[0], "" + read, "" + written, "" + first.get(index)[0], "" + first.get(index)[1]));
        }
    }

    private static Callable<?>[] work(EXICodec codec, String[] fields) throws Exception {
        byte[] exi = HexFormat.of().parseHex(fields[2]);
        byte[] again = codec.encode(fields[3], fields[1]);
        if (again == null || codec.decode(exi, fields[1]) == null) throw new IllegalStateException("not read or written: " + fields[0]);
        Callable<?> read = () -> codec.decode(exi, fields[1]);
        Callable<?> write = () -> codec.encode(fields[3], fields[1]);
        return new Callable<?>[] {read, write};
    }

    private static long once(Callable<?> work) throws Exception {
        long start = TIME.getCurrentThreadCpuTime();
        last = work.call();
        return TIME.getCurrentThreadCpuTime() - start;
    }

    private static long bestOfThree(Callable<?> work) throws Exception {
        return Math.min(once(work), Math.min(once(work), once(work)));
    }

    /** The first half of the time is for the compiler. */
    private static long median(Callable<?> work, long budget) throws Exception {
        List<Long> times = new ArrayList<>();
        long spent = 0;
        while (spent < budget || times.size() < 6) {
            long time = once(work);
            times.add(time);
            spent += time;
        }
        List<Long> warm = new ArrayList<>(times.subList(times.size() / 2, times.size()));
        Collections.sort(warm);
        return warm.get(warm.size() / 2);
    }
}
