package com.example.catalogue;

import java.time.Duration;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Asks the supplier for deliveries. */
@Component
public class SupplierClient {
    private final RestClient client;

    public SupplierClient() {
        var factory = new SimpleClientHttpRequestFactory();
        factory.setConnectTimeout(Duration.ofSeconds(1));
        factory.setReadTimeout(Duration.ofSeconds(5));
        this.client = RestClient.builder()
                .baseUrl("https://supplier.example.com/api")
                .defaultHeader("X-Api-Key", "supplier-test-key")
                .requestFactory(factory)
                .build();
    }

    public String deliveries(String sku) {
        return client.get().uri("/deliveries/{sku}", sku).retrieve().body(String.class);
    }
}
