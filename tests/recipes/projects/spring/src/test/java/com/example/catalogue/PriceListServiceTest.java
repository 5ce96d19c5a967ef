package com.example.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class PriceListServiceTest {
    private final PriceRepository prices = mock(PriceRepository.class);
    private final PriceListService service = new PriceListService(prices);

    @Test
    void givesThePricesOfATenant() {
        Price price = new Price("acme", "EUR", "A1");
        price.setAmount(new BigDecimal("9.90"));
        when(prices.findByTenantAndCurrency("acme", "EUR")).thenReturn(List.of(price));
        assertThat(service.pricesOf("acme", "EUR")).containsEntry("A1", new BigDecimal("9.90"));
    }
}
