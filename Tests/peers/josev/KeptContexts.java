// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBException;

/** Josev's codec makes a JAXB context for every message, which takes it longer than a car may wait. This keeps them. */
public final class KeptContexts {
    private static final Map<Set<Class<?>>, JAXBContext> KEPT = new ConcurrentHashMap<>();

    private KeptContexts() {}

    /** Found by JAXB by its name and parameters. */
    @SuppressWarnings("rawtypes")
    public static JAXBContext createContext(Class[] classes, Map properties) throws JAXBException {
        Set<Class<?>> key = new HashSet<>();
        for (Class each : classes) key.add(each);
        JAXBContext kept = KEPT.get(key);
        if (kept == null) {
            kept = org.eclipse.persistence.jaxb.JAXBContextFactory.createContext(classes, properties);
            KEPT.put(key, kept);
        }
        return kept;
    }
}
