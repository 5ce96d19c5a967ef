package com.example.catalogue;

import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The prices that a tenant's customers see. Both the shop and the nightly import write through here. */
@Service
public class PriceListService {
    private final PriceRepository prices;

    public PriceListService(PriceRepository prices) {
        this.prices = prices;
    }

    /** Every product page asks for this; prices change a few times a day. */
    @Transactional(readOnly = true)
    public Map<String, BigDecimal> pricesOf(String tenant, String currency) {
        return prices.findByTenantAndCurrency(tenant, currency).stream()
                .collect(Collectors.toUnmodifiableMap(Price::getSku, Price::getAmount));
    }

    @Transactional
    public void change(String tenant, String currency, String sku, BigDecimal amount) {
        Price price = prices.findByTenantAndCurrencyAndSku(tenant, currency, sku)
                .orElseGet(() -> new Price(tenant, currency, sku));
        price.setAmount(amount);
        prices.save(price);
    }
}
