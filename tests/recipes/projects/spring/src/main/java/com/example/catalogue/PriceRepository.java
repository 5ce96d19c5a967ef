package com.example.catalogue;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;

public interface PriceRepository extends JpaRepository<Price, Long> {
    List<Price> findByTenantAndCurrency(String tenant, String currency);

    Optional<Price> findByTenantAndCurrencyAndSku(String tenant, String currency, String sku);
}
